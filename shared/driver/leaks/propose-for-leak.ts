import { breakGlassCommand } from '../../domain/break-glass-command.ts';
import type { Scope } from '../../domain/class.ts';
import { RekeyError } from '../../domain/errors.ts';
import type { SecretRecord } from '../../domain/secret.ts';
import type { SecretRef } from '../../domain/secret-ref.ts';
import type { Caller } from '../define-function.ts';
import { planForLeak } from '../plan-break-glass.ts';
import type { Needs } from '../services.ts';

/** Of one class: where more of it leaked, the class itself is proposed. */
const MOST_SINGLE = 10;

/** A break-glass that is proposed, or the reason why none is. */
export interface ProposedForLeak {
  readonly refs: readonly SecretRef[];
  readonly className?: string;
  readonly planHash?: string;
  /** What starts it, or looks at what is under way. */
  readonly command: string;
  readonly reason?: string;
}

/** A secret of which a value leaked that may still open something, and since when it may have been read. */
export interface LeakedSecret {
  readonly ref: SecretRef;
  readonly sinceMs: number;
}

/**
 * Leaves: plans kept, and an entry for each that it is proposed; whoever follows the chain shows it. The same leak of the same
 * world is the same plan, and one proposal.
 */
export async function proposeForLeak(
  services: Needs<'registry' | 'plans' | 'clock'>,
  leaked: readonly LeakedSecret[],
  by: Caller,
): Promise<ProposedForLeak[]> {
  const { registry, plans, clock } = services;
  const since = new Map(leaked.map(({ ref, sinceMs }) => [ref, sinceMs]));
  const secrets = await registry.secrets([...since.keys()]);
  const enrolled = new Set(secrets.map(({ ref }) => ref));
  const proposed: ProposedForLeak[] = [...since.keys()]
    .filter((ref) => !enrolled.has(ref))
    .map((ref) => ({
      refs: [ref],
      command: 'rekey status',
      reason: 'it is enrolled no more: switch it off where it was issued',
    }));
  for (const { scope, group } of scopesOf(secrets)) {
    const refs = group.map(({ ref }) => ref);
    const sinceMs = Math.min(...refs.map((ref) => since.get(ref) ?? clock.nowMs()));
    try {
      const plan = await planForLeak(services, { scope, sinceMs });
      const planHash = await plans.save(plan);
      await registry.append([
        {
          v: 1,
          id: `propose-leak-${planHash}`,
          atMs: clock.nowMs(),
          action: 'propose',
          outcome: 'success',
          actor: { user: by.user },
          source: by.source,
          className: scope.className,
          cause: plan.cause,
          operation: planHash,
          reason: `plan ${planHash}: found by a scanner`,
        },
      ]);
      proposed.push({
        refs,
        className: scope.className,
        planHash,
        command: breakGlassCommand(plan, planHash),
      });
    } catch (error) {
      if (!(error instanceof RekeyError) || error.code !== 'already-under-way') throw error;
      const { className } = scope;
      proposed.push({
        refs,
        className,
        command: error.next[0] ?? 'rekey incident list',
        reason: error.message,
      });
    }
  }
  return proposed;
}

function scopesOf(
  secrets: readonly SecretRecord[],
): { readonly scope: Scope; readonly group: readonly SecretRecord[] }[] {
  return [...Map.groupBy(secrets, ({ className }) => className)].flatMap(([className, group]) =>
    group.length > MOST_SINGLE
      ? [{ scope: { className }, group }]
      : group.map((secret) => ({ scope: { className, secretRef: secret.ref }, group: [secret] })),
  );
}
