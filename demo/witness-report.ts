import type { ConsumerReport } from './consumer.ts';
import type { ThiefReport } from './thief.ts';

/** A stretch in which reads or logins were refused on purpose. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface WitnessCounts {
  readonly stolenLoginsAfterProof: number;
  readonly stolenSessionsAlive: number;
  readonly thiefAttemptsAfterProof: number;
  readonly stolenSessionProbesAfterProof: number;
  readonly thiefTakeovers: number;
  readonly consumerLogins: number;
  readonly consumerFailuresOutsideFence: number;
  /** The thief had changed the password from his open session: counted apart. */
  readonly consumerFailuresByThief: number;
  readonly consumerRefusedInside: number;
  /** Silence proves nothing: what was not tried, by reference. */
  readonly notTriedAfterProof: readonly string[];
  readonly withoutLoginBefore: readonly string[];
  readonly withoutLoginAfter: readonly string[];
}

/** Counts what the witnesses saw against the moments that Rekey claims. Pure. */
export function countObservations(seen: {
  readonly thief: ThiefReport;
  readonly consumer: ConsumerReport;
  /** When each old credential was proven dead, by Rekey's packet. */
  readonly provenAtMs: ReadonlyMap<string, number>;
  readonly confirmedAtMs: number;
  /** Of the fence and the cut: from the confirmation until reads and logins were open again. */
  readonly closed: Window | null;
}): WitnessCounts {
  const { thief, consumer, provenAtMs, confirmedAtMs, closed } = seen;
  const after = ({ ref, atMs }: { readonly ref: string; readonly atMs: number }) =>
    atMs > (provenAtMs.get(ref) ?? Number.POSITIVE_INFINITY);
  const attempts = thief.logins.filter((login) => after(login) && login.seen !== 'unreachable');
  const probes = thief.probes.filter(after);
  const inside = (atMs: number) => closed !== null && atMs >= closed.fromMs && atMs <= closed.toMs;
  const failures = consumer.logins.filter((login) => login.seen === 'locked-out' || login.seen === 'off');
  const outside = failures.filter((login) => !inside(login.atMs));
  const byThief = outside.filter((login) =>
    thief.takeovers.some(({ ref, atMs }) => ref === login.ref && atMs <= login.endedMs && !after(login)),
  );
  const good = consumer.logins.filter((login) => login.seen === 'ready');
  const refs = [...provenAtMs.keys()];
  const missing = (found: readonly { readonly ref: string }[]) => {
    const have = new Set(found.map(({ ref }) => ref));
    return refs.filter((ref) => !have.has(ref));
  };
  return {
    stolenLoginsAfterProof: attempts.filter((login) => login.seen === 'ready' || login.seen === 'off').length,
    stolenSessionsAlive: probes.filter((probe) => probe.alive).length,
    thiefAttemptsAfterProof: attempts.length,
    stolenSessionProbesAfterProof: probes.length,
    thiefTakeovers: thief.takeovers.length,
    consumerLogins: good.length,
    consumerFailuresOutsideFence: outside.length - byThief.length,
    consumerFailuresByThief: byThief.length,
    consumerRefusedInside: consumer.logins.filter((login) => inside(login.atMs) && login.seen !== 'ready')
      .length,
    notTriedAfterProof: missing(attempts),
    withoutLoginBefore: missing(good.filter((login) => login.atMs < confirmedAtMs)),
    withoutLoginAfter: missing(good.filter(after)),
  };
}
