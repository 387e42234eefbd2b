import { join } from 'node:path';
import { pathsIn } from '../local/home.ts';
import type { State } from '../local/state.ts';
import { elapsedText } from '../shared/domain/elapsed.ts';
import type { IncidentRecord } from '../shared/domain/incident.ts';
import type { Context } from './context.ts';

/** What an incident came to, for scripts. Durations count from the confirmed plan, in milliseconds; null: not observed. */
export async function summaryOf(state: State, incident: IncidentRecord) {
  const tallies = await state.services.registry.tally(incident.plan.scope, incident.epoch);
  const since = (atMs: number | undefined) => (atMs === undefined ? null : atMs - incident.confirmedAtMs);
  const sum = (of: (tally: (typeof tallies)[number]) => number) =>
    tallies.reduce((total, tally) => total + of(tally), 0);
  const secrets = sum((tally) => tally.total);
  const provenRevoked = sum((tally) => tally.proven);
  return {
    incident: incident.id,
    state: incident.state,
    cause: incident.plan.cause,
    scope: incident.plan.scope,
    epoch: incident.epoch,
    planHash: incident.planHash,
    secrets,
    provenRevoked,
    unproven: secrets - provenRevoked,
    containMs: since(incident.containedAtMs),
    cutMs: since(incident.cutAtMs),
    reissueMs: since(incident.reissuedAtMs),
    proveMs: since(incident.provenAtMs),
    reopenMs: since(incident.reopenedAtMs),
    layers: incident.layers,
    targets: tallies,
    packet:
      incident.packets === 0
        ? null
        : join(pathsIn(state.home).packets, `${incident.id}-${incident.packets}.json`),
  };
}

export async function incidentLines(state: State, incident: IncidentRecord): Promise<string[]> {
  const summary = await summaryOf(state, incident);
  const took = (ms: number | null) => (ms === null ? 'not observed' : elapsedText(ms));
  const lines = [
    `${incident.id}: ${incident.state}, ${incident.plan.cause}, started by ${incident.startedBy}`,
    `  proven dead   ${summary.provenRevoked} of ${summary.secrets} old credentials`,
    ...(incident.plan.fence || incident.plan.cut
      ? [
          `  contained     ${took(summary.containMs)}${incident.plan.cut ? `, cut ${took(summary.cutMs)}` : ''}`,
        ]
      : []),
    `  re-issued     ${took(summary.reissueMs)}`,
    `  proven        ${took(summary.proveMs)}`,
  ];
  for (const { layer, target, state: seen, detail } of incident.layers) {
    lines.push(`  ${layer}${target === undefined ? '' : ` ${target}`}: ${seen}: ${detail}`);
  }
  for (const { target, parked, total, proven } of summary.targets) {
    if (target === '' && proven < total)
      lines.push(
        `  by hand       ${total - proven} of ${total}: replace at the issuer, then rekey secret put REF`,
      );
    for (const { code, count, firstRefs } of parked) {
      lines.push(
        `  parked at ${target}: ${count} × ${code} (${firstRefs.join(', ')}${count > firstRefs.length ? ', …' : ''})`,
      );
    }
  }
  if (summary.packet !== null) lines.push(`  packet        ${summary.packet}`);
  if (incident.state === 'awaiting-reopen') {
    lines.push(`  waits for two people: rekey reopen ${incident.id} --person NAME --key FILE`);
  } else if (summary.unproven > 0) {
    lines.push(`  ${summary.unproven} are not proven dead: rekey resume ${incident.id}`);
  }
  return lines;
}

export async function reportIncident(
  context: Context,
  state: State,
  incident: IncidentRecord,
): Promise<void> {
  if (context.json) context.print(JSON.stringify(await summaryOf(state, incident)));
  else for (const line of await incidentLines(state, incident)) context.print(line);
}
