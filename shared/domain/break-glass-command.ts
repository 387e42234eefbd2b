import type { Plan } from './incident.ts';

/** The command that carries a plan out, bound to exactly it. */
export function breakGlassCommand(
  { scope, cause, cut, fence, sinceMs, principal }: Plan,
  planHash: string,
): string {
  return [
    `rekey break-glass --class ${scope.className}`,
    ...(scope.tenant === undefined ? [] : [`--tenant ${scope.tenant}`]),
    ...(scope.target === undefined ? [] : [`--target ${scope.target}`]),
    ...(scope.secretRef === undefined ? [] : [`--secret ${scope.secretRef}`]),
    `--cause ${cause}`,
    ...(cut && !fence ? ['--cut now'] : []),
    ...(sinceMs === undefined ? [] : [`--since ${new Date(sinceMs).toISOString()}`]),
    ...(principal === undefined ? [] : [`--principal ${principal}`]),
    `--plan-hash ${planHash}`,
  ].join(' ');
}
