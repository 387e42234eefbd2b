import { formatDuration } from '../../shared/domain/config/duration.ts';
import type { RotationPlan, RotationScope } from '../../shared/domain/request/plan.ts';
import { onOneLine } from './seen.ts';

const MOST_LINES = 8;

/** What a rotation on request will do, to what and to whom, on one screen however large the class is. */
export function renderRotationPlan(plan: RotationPlan, planHash: string): string {
  const perTarget = plan.targets.map(({ id, kind, gap }) => {
    const count = plan.secrets.filter(({ target }) => target === id).length;
    return `${id} (${kind}): ${secretsText(count)}; gap: ${gap}`;
  });
  const [firstByHand] = plan.byHand;
  return [
    `Rotation of ${scopeText(plan.scope)}`,
    `  rotates     ${secretsText(plan.secrets.length)}, each to a new version beside the one it has now, epoch ${plan.epoch}`,
    ...folded(plan.secrets.map(({ ref, versionId }) => `${ref} from ${versionId ?? 'no version'}`)),
    ...folded(perTarget),
    ...(plan.last.length === 0 ? [] : [`  last        admin credentials: ${plan.last.join(', ')}`]),
    ...(firstByHand === undefined
      ? []
      : [
          `  BY HAND     ${plan.byHand.length} that only people can replace, ${firstByHand} among them: left alone`,
        ]),
    `  consumers   ${consumersText(plan)}`,
    `  begins      ${plan.notBeforeMs === undefined ? 'as soon as it is approved' : `not before ${new Date(plan.notBeforeMs).toISOString()}`}`,
    `  grace       the old credentials work on for ${formatDuration(plan.graceMs)}, then are revoked and proven dead`,
    `  plan        ${planHash}`,
  ]
    .map(onOneLine)
    .join('\n');
}

export function scopeText({ className, tenant, target, secretRefs }: RotationScope): string {
  return [
    `class ${className}`,
    ...(tenant === undefined ? [] : [`tenant ${tenant}`]),
    ...(target === undefined ? [] : [`target ${target}`]),
    ...(secretRefs === undefined ? [] : [secretsText(secretRefs.length)]),
  ].join(', ');
}

function secretsText(count: number): string {
  return count === 1 ? '1 secret' : `${count} secrets`;
}

function consumersText({ consumers }: RotationPlan): string {
  if (consumers.length === 0) return 'none is told';
  const named = consumers.map(({ name, mustConfirm }) => (mustConfirm ? `${name} (has to confirm)` : name));
  return `${named.join(', ')} told of each new version`;
}

function folded(lines: readonly string[]): string[] {
  const more = lines.length - MOST_LINES;
  return [
    ...lines.slice(0, MOST_LINES).map((line) => `              ${line}`),
    ...(more > 0 ? [`              and ${more} more`] : []),
  ];
}
