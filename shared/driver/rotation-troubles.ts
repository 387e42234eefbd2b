import type { AuditEntry } from '../domain/audit/entry.ts';
import type { ClassRecord } from '../domain/class.ts';
import { complianceOf } from '../domain/schedule/compliance.ts';
import type { Held } from '../domain/schedule/decide-rotations.ts';
import type { SecretRecord } from '../domain/secret.ts';

const DAY_MS = 86_400_000;

/** What a look at everything has shown of classes, for the audit and so for people: each once a day, however often it is looked. */
export function rotationTroubles(
  {
    classes,
    secrets,
  }: { readonly classes: readonly ClassRecord[]; readonly secrets: readonly SecretRecord[] },
  held: readonly Held[],
  nowMs: number,
): AuditEntry[] {
  const entry = (action: 'stop' | 'over-age', className: string, reason: string): AuditEntry => ({
    v: 1,
    id: `${action}:${className}:${Math.floor(nowMs / DAY_MS)}`,
    atMs: nowMs,
    action,
    outcome: 'error',
    actor: { user: 'rekey' },
    source: 'rekey',
    className,
    reason,
  });
  const stops = new Map(
    held.flatMap(({ className, why }) =>
      why.because === 'error-rate' ? [[className, why.stop] as const] : [],
    ),
  );
  return [
    ...[...stops].map(([className, { failed, tries }]) =>
      entry('stop', className, `${failed} of its last ${tries} rotations failed`),
    ),
    ...complianceOf(classes, secrets, nowMs).flatMap(
      ({ className, secrets: all, withinMaxAge, unknownAge }) => {
        const tooOld = all - withinMaxAge - unknownAge;
        return tooOld === 0 ? [] : [entry('over-age', className, `${tooOld} of ${all}`)];
      },
    ),
  ];
}
