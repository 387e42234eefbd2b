import type { TargetTally } from '../../../ports/registry.ts';
import type { StoredSecret } from './secret-item.ts';

const FIRST_REFS = 3;

/** How secrets stand against an epoch, by target. Secrets by reference. Pure. */
export function tallyOf(stored: readonly StoredSecret[], epoch: number): TargetTally[] {
  const byTarget = Map.groupBy(stored, ({ secret }) => secret.target);
  return [...byTarget]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([target, group]) => {
      const reissued = group.filter(({ secret }) => secret.epoch >= epoch);
      const proven = reissued.filter(({ secret, versions }) =>
        versions.every(({ id }) => id === secret.currentVersionId),
      );
      const parked = Map.groupBy(
        group.flatMap(({ secret }) => {
          const code = secret.rotation?.parked?.code;
          return code === undefined ? [] : { ref: secret.ref, code };
        }),
        ({ code }) => code,
      );
      return {
        target,
        total: group.length,
        reissued: reissued.length,
        proven: proven.length,
        parked: [...parked].map(([code, of]) => ({
          code,
          count: of.length,
          firstRefs: of.slice(0, FIRST_REFS).map(({ ref }) => ref),
        })),
      };
    });
}
