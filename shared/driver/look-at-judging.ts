import { detectorQuiet } from '../domain/detect/look-findings.ts';
import { STANDARD_POLICY } from '../domain/detect/policy.ts';
import { gatherLooked } from './gather-looked.ts';
import { isJudged } from './judged-line.ts';
import type { Needs } from './services.ts';

const STATE = { rule: 'detector-quiet', key: 'looks' } as const;

/** Lines after the place, of which those that wait are counted. */
const LOOKED_AT = 1_000;

/** Since when whoever judges was seen at his place. */
interface Seen {
  readonly seq: number;
  readonly sinceMs: number;
}

/**
 * Leaves: a finding a day for as long as entries wait and nobody judges them. It is for somebody else than who judges: a place
 * that has not moved between looks is one that nobody has moved.
 */
export async function lookAtJudging(
  services: Needs<'registry' | 'chained' | 'judged' | 'states' | 'cases' | 'clock'>,
): Promise<void> {
  const { registry, chained, judged, states, clock } = services;
  const nowMs = clock.nowMs();
  const [kept] = await states.load([STATE]);
  const before = kept?.state as Seen | undefined;
  const seq = await judged.seq();
  const waiting = (await chained.lines(seq, LOOKED_AT)).filter(isJudged).length;
  const seen: Seen =
    before !== undefined && before.seq === seq && waiting > 0 ? before : { seq, sinceMs: nowMs };
  if (seen !== before) await states.save([{ ...STATE, state: seen, seq: 0, atMs: nowMs }]);
  const policy = (await registry.detection()) ?? STANDARD_POLICY;
  const finding = detectorQuiet({ judgedAtMs: seen.sinceMs, waiting }, policy, nowMs);
  if (finding !== null) await gatherLooked(services, policy, [finding]);
}
