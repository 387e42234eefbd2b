import type { QuarantinePlan, ReadOfLate } from '../../shared/domain/quarantine/plan.ts';
import { LIFTS_NEEDED, type Quarantine } from '../../shared/domain/quarantine/record.ts';
import { moment } from './moment.ts';

export function quarantinePlanLines(
  plan: QuarantinePlan,
  planHash: string,
  read: readonly ReadOfLate[],
): string[] {
  return [
    `quarantine of ${plan.principal}`,
    ...plan.layers.map(({ layer, does }) => `  ${layer.padEnd(10)}  ${does}`),
    `  lifted by   ${LIFTS_NEEDED} people`,
    read.length === 0
      ? '  read        nothing within a week, as far as the audit knows'
      : `  read        ${read.length} secrets within a week: they stop working for it, and their values it may still hold`,
    ...read.map(({ ref, reads, lastMs }) => `    ${ref}  ${reads} reads, last ${moment(lastMs)}`),
    `  plan        ${planHash}`,
  ];
}

export function quarantineLines(quarantine: Quarantine): string[] {
  const { id, principal, by, atMs, reason, layers, lifts, liftedAtMs, caseId } = quarantine;
  return [
    `${id} ${liftedAtMs === undefined ? 'stands' : `lifted ${moment(liftedAtMs)}`}: ${principal}`,
    `  since       ${moment(atMs)}, by ${by}: ${reason}`,
    ...(caseId === undefined ? [] : [`  case        ${caseId}`]),
    ...layers.map(
      ({ layer, state, atMs: seenMs, detail }) =>
        `  ${layer.padEnd(10)}  ${state} ${moment(seenMs)}: ${detail}`,
    ),
    `  lifting     ${lifts.length} of ${LIFTS_NEEDED}${lifts.length === 0 ? '' : `: ${lifts.map(({ person }) => person).join(', ')}`}`,
  ];
}
