import type { Plan } from '../../shared/domain/incident.ts';
import { onOneLine } from './seen.ts';

const MOST_TARGETS = 8;

/** What a break-glass will do, and to whom: read at three in the morning, so it fits one screen however large the class is. */
export function renderPlan(
  plan: Plan,
  planHash: string,
  gaps: readonly { readonly kind: string; readonly gap: string }[],
): string {
  const byHand = plan.secrets.filter((secret) => secret.target === '');
  const issued = plan.secrets.filter((secret) => secret.target !== '');
  const perTarget = [...Map.groupBy(issued, (secret) => secret.target)];
  const folded = perTarget.length - MOST_TARGETS;
  const scope = [
    `class ${plan.scope.className}`,
    ...(plan.scope.tenant === undefined ? [] : [`tenant ${plan.scope.tenant}`]),
    ...(plan.scope.target === undefined ? [] : [`target ${plan.scope.target}`]),
    ...(plan.scope.secretRef === undefined ? [] : [plan.scope.secretRef]),
  ].join(', ');
  return [
    `Break-glass on ${scope}: ${plan.cause}`,
    `  re-issues   ${issued.length} secrets at ${perTarget.length} targets, epoch ${plan.fromEpoch} → ${plan.fromEpoch + 1}; each old credential is tried until it is seen refused`,
    ...perTarget
      .slice(0, MOST_TARGETS)
      .map(([target, secrets]) => `              ${target}: ${secrets.length}`),
    ...(folded > 0 ? [`              and ${folded} more targets`] : []),
    ...(byHand.length > 0
      ? [
          `  BY HAND     ${byHand.length} that Rekey can neither re-issue nor cut, ${byHand[0]?.ref} among them: replace at the issuer, then rekey secret put`,
        ]
      : []),
    `  consumers   ${plan.consumers.length === 0 ? 'none is told' : `${plan.consumers.join(', ')} are told of each new version`}`,
    `  reads       ${plan.fence ? 'REFUSED for the whole scope until two people re-open it' : 'go on'}`,
    `  logins      ${plan.cut ? 'REFUSED at the targets within seconds, sessions ended; back secret by secret with the new value' : 'go on; open sessions are ended once, consumers log in again'}`,
    ...gaps.map(({ kind, gap }) => `  gap         ${kind}: ${gap}`),
    ...plan.exposedAdmins.map(
      ({ target, admin, through }) =>
        `  admin       ${admin} of ${target} could have been read: ${through === undefined ? 'NO SECOND ADMIN, used all the same' : `through ${through}`}`,
    ),
    ...(plan.secrets.some((secret) => secret.versionId === undefined)
      ? [
          `  unknown     ${plan.secrets.filter((secret) => secret.versionId === undefined).length} have no value here: their old credential cannot be tried`,
        ]
      : []),
    `  plan        ${planHash}`,
  ]
    .map(onOneLine)
    .join('\n');
}
