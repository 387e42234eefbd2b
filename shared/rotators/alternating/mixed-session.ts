import { failure } from '../failure.ts';
import type { Account, TargetSession } from '../rotator.ts';

type Verbs = Omit<TargetSession, 'endWriters' | 'close' | 'mint'> & Required<Pick<TargetSession, 'inUse'>>;

const NOT_SHOWN = failure('no-proof', 'one user has one credential: which of two it was does not show');

/** One session for accounts of either sort: each verb asks both and keeps the accounts' order. */
export function createMixedSession(
  single: TargetSession,
  alternating: Verbs,
  alternates: (account: Account['account']) => boolean,
): TargetSession {
  async function apart<A extends Account, R>(
    items: readonly A[],
    one: (items: readonly A[]) => Promise<readonly R[]>,
    two: (items: readonly A[]) => Promise<readonly R[]>,
  ): Promise<R[]> {
    const [ones, twos] = await both(items, one, two);
    let [first, second] = [0, 0];
    return items.map(({ account }) => (alternates(account) ? twos[second++] : ones[first++]) as R);
  }

  /** One after the other: they share a connection. */
  async function both<A extends Account, R>(
    items: readonly A[],
    one: (items: readonly A[]) => Promise<readonly R[]>,
    two: (items: readonly A[]) => Promise<readonly R[]>,
  ): Promise<[readonly R[], readonly R[]]> {
    const turns = items.filter(({ account }) => alternates(account));
    const rest = items.filter(({ account }) => !alternates(account));
    return [
      rest.length === 0 && turns.length > 0 ? [] : await one(rest),
      turns.length === 0 ? [] : await two(turns),
    ];
  }

  return {
    endWriters: (names) => single.endWriters(names),
    inspect: (accounts) =>
      apart(
        accounts,
        (some) => single.inspect(some),
        (some) => alternating.inspect(some),
      ),
    async cut(accounts, sample) {
      const answers = await both(
        accounts,
        async (rest) => [await single.cut(rest, ofThese(rest, sample))],
        async (turns) => [await alternating.cut(turns, ofThese(turns, sample))],
      );
      const all = answers.flat();
      const reports = new Map(all.flatMap((answer) => answer.reports.map((report) => [report.ref, report])));
      return {
        reports: accounts.flatMap(({ ref }) => reports.get(ref) ?? []),
        sampleRefused: all.find((answer) => answer.sampleRefused !== null)?.sampleRefused ?? null,
      };
    },
    restore: (accounts) =>
      apart(
        accounts,
        (some) => single.restore(some),
        (some) => alternating.restore(some),
      ),
    install: (items) =>
      apart(
        items,
        (some) => single.install(some),
        (some) => alternating.install(some),
      ),
    endSessions: (items) =>
      apart(
        items,
        (some) => single.endSessions(some),
        (some) => alternating.endSessions(some),
      ),
    verify: (items) =>
      apart(
        items,
        (some) => single.verify(some),
        (some) => alternating.verify(some),
      ),
    inUse: (items) =>
      apart(
        items,
        async (some) => some.map(() => NOT_SHOWN),
        (some) => alternating.inUse(some),
      ),
    revoke: (items) =>
      apart(
        items,
        (some) => single.revoke(some),
        (some) => alternating.revoke(some),
      ),
    prove: (items) =>
      apart(
        items,
        (some) => single.prove(some),
        (some) => alternating.prove(some),
      ),
    close: () => single.close(),
  };
}

function ofThese<S extends { readonly ref: string }>(
  accounts: readonly Account[],
  sample: S | null,
): S | null {
  return accounts.some(({ ref }) => ref === sample?.ref) ? sample : null;
}
