import type { DirectCut, DirectLayer } from '../../shared/domain/direct-fence.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { type SecretRecord, writerName } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import type { TargetRecord } from '../../shared/domain/target.ts';
import { accountOf } from '../../shared/driver/account-of.ts';
import type { Rotator, TargetSession } from '../../shared/rotators/rotator.ts';

/** As the driver's own cut: a healthy target takes 10,000 accounts well within this. */
const CUT_WITHIN_MS = 30_000;

/** One target's accounts of a class, by the file alone. */
export interface CutAt {
  readonly target: TargetRecord;
  readonly secrets: readonly SecretRecord[];
}

export interface CutMeans {
  readonly rotators: Readonly<Record<string, Rotator>>;
  /** Of admins, by reference. */
  readonly passwords: ReadonlyMap<string, string>;
  readonly operation: string;
  readonly holder: string;
  /** Off by an earlier direct fence that was not told yet: they were on before that. */
  readonly cutEarlier: ReadonlySet<SecretRef>;
  readonly nowMs: () => number;
  /** Makes it durable. Called before the target is touched. */
  readonly note: (cut: DirectCut) => void;
}

/**
 * Switches the accounts of a class off at one target, from this machine, by the rotator's own verb. Never throws for a target
 * that cannot be reached or an admin that is refused: that is `not-reached`. Idempotent.
 */
export async function cutDirectly({ target, secrets }: CutAt, means: CutMeans): Promise<DirectLayer> {
  const layer = (state: DirectLayer['state'], detail: string): DirectLayer => ({
    layer: 'target',
    name: target.id,
    state,
    atMs: means.nowMs(),
    detail,
  });
  let opened: { readonly session: TargetSession; readonly through: string } | null = null;
  let begun = false;
  try {
    opened = await open(target, means);
    if (opened === null) return layer('not-reached', 'no password of an admin was given');
    const { session, through } = opened;
    // Rekey itself comes in by it: replaced, not cut.
    const own = secrets.filter(({ ref }) => ref === through);
    const others = secrets.filter(({ ref }) => ref !== through);
    const looks = await session.inspect(others.map(accountOf));
    const there = others.filter((_, index) => looks[index]?.ok === true);
    const wereOn = new Set(
      others.flatMap(({ ref }, index) => {
        const look = looks[index];
        return look?.ok === true && (!look.off || means.cutEarlier.has(ref)) ? [ref] : [];
      }),
    );
    means.note({ target: target.id, holder: means.holder, wereOn: [...wereOn] });
    begun = true;
    const { reports } = await session.cut(there.map(accountOf), null);
    const off = reports.filter(({ outcome }) => outcome.ok);
    const before = reports.filter(({ ref, outcome }) => outcome.ok && !wereOn.has(ref as SecretRef)).length;
    const missed = [
      ...looks.flatMap((look) => (look.ok ? [] : [look.reason])),
      ...reports.flatMap(({ outcome }) => (outcome.ok ? [] : [outcome.reason])),
      ...own.map(() => 'its own admin, to be replaced'),
    ];
    const seen = [
      `${off.length} of ${secrets.length} accounts off by the target’s word, their sessions ended and seen gone`,
      ...(before === 0 ? [] : [`${before} of them were off before`]),
    ].join('; ');
    if (missed.length === 0) return layer('observed', seen);
    const why = [...Map.groupBy(missed, (reason) => reason)].map(
      ([reason, all]) => `${all.length} × ${reason}`,
    );
    return layer('not-reached', `${seen}; ${missed.length} not: ${why.join(', ')}`);
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    // Once begun it may have been done.
    return layer(begun ? 'asked' : 'not-reached', error.message);
  } finally {
    await opened?.session.close();
  }
}

/** Through the first admin whose password is known and accepted. */
async function open(
  target: TargetRecord,
  { rotators, passwords, operation, holder }: CutMeans,
): Promise<{ readonly session: TargetSession; readonly through: string } | null> {
  const signal = AbortSignal.timeout(CUT_WITHIN_MS);
  const rotator = rotators[target.kind];
  // The file was read by the same list of kinds.
  if (rotator === undefined) throw new Error(`no rotator for ${target.kind}`);
  let refused: unknown;
  for (const { user, passwordRef } of target.admins) {
    const password = passwords.get(passwordRef);
    if (password === undefined) continue;
    try {
      const request = {
        target,
        admin: { user, password },
        writer: writerName({ operation, holder }),
        signal,
      };
      return { session: await rotator.open(request), through: passwordRef };
    } catch (error) {
      if (!(error instanceof RekeyError) || error.code !== 'admin-refused') throw error;
      refused = error;
    }
  }
  if (refused !== undefined) throw refused;
  return null;
}
