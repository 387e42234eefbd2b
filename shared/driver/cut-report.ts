import type { LayerReport } from '../domain/incident.ts';
import type { SecretRecord } from '../domain/secret.ts';
import type { CutReport } from '../rotators/rotator.ts';

export type CutOutcome = CutReport['outcome'];

/** A secret of the scope, and what its cut came to. */
export interface Tried {
  readonly secret: SecretRecord;
  readonly outcome: CutOutcome;
}

/** The account is not there by the target's word, by name and by its own identity: there is nothing to cut. */
export function isGone({ secret, outcome }: Tried): boolean {
  return !outcome.ok && outcome.reason === 'account-missing' && secret.identity !== undefined;
}

/** Whether the target is cut as a whole: each account was seen off, or seen to be gone. */
export function isWhole(tried: readonly Tried[]): boolean {
  return tried.every((one) => one.outcome.ok || isGone(one));
}

/** What was seen at a target, in words for people: how many, why not all, what stays as it was, and the next command. */
export function cutReport(
  target: string,
  incident: string,
  tried: readonly Tried[],
  sampleRefused: boolean | null,
  atMs: number,
): LayerReport {
  const off = tried.flatMap(({ outcome }) => (outcome.ok ? [outcome] : []));
  const wasOff = off.filter((outcome) => outcome.wasOff).length;
  const renamed = off.filter((outcome) => outcome.calledNow !== undefined).length;
  const gone = tried.filter(isGone).length;
  const also = [
    ...(wasOff > 0 ? [`${wasOff} of them were off before and stay off`] : []),
    ...(renamed > 0 ? [`${renamed} of them go by another name now and were cut under that`] : []),
    ...(gone > 0 ? [`${gone} are not at the target any more: nothing to cut`] : []),
  ];
  if (!isWhole(tried)) {
    const missed = tried.filter((one) => !one.outcome.ok && !isGone(one));
    return notYetSeen(
      target,
      incident,
      [`${missed.length} of ${tried.length} not seen cut: ${reasonsOf(missed)}`, ...also].join('; '),
      atMs,
    );
  }
  if (tried.length === 0)
    return observed(target, 'nothing is left to cut: each credential was re-issued', atMs);
  const sample = sampleRefused === true ? 'a sample was refused' : 'no sample could be tried';
  return observed(
    target,
    [`${off.length} credentials off by the target's word, their sessions gone, ${sample}`, ...also].join(
      '; ',
    ),
    atMs,
  );
}

function reasonsOf(missed: readonly Tried[]): string {
  const failures = missed.flatMap(({ outcome }) => (outcome.ok ? [] : [outcome]));
  return [...Map.groupBy(failures, ({ reason }) => reason)]
    .map(([reason, group]) => `${group.length} × ${reason} (${group[0]?.message})`)
    .join(', ');
}

function observed(target: string, detail: string, atMs: number): LayerReport {
  return { layer: 'target', target, state: 'observed', atMs, detail };
}

export function notYetSeen(target: string, incident: string, why: string, atMs: number): LayerReport {
  const detail = `${why}; each re-issue replaces its own, and this tries the rest again: rekey resume ${incident}`;
  return { layer: 'target', target, state: 'not-yet-observed', atMs, detail };
}
