import { isStopped } from '../brake.ts';
import { type Freeze, freezeOver } from './freeze.ts';
import type { HeldBack } from './held-back.ts';
import type { Rotating } from './survey.ts';
import { type Stop, stopOf } from './tries.ts';
import { firstNotEnded } from './window.ts';

export interface ClassHold {
  /** Holds back every secret of the class. */
  readonly all: HeldBack | null;
  /** Lets one at a time go once it is probed. */
  readonly stop: Stop | null;
}

export function holdOfClass(
  { record, policy, spans, recent }: Rotating,
  freezes: readonly Freeze[],
  nowMs: number,
): ClassHold {
  const stop = stopOf(recent, policy.rotation.stopAtErrorRate);
  const incident = record.incidents[0];
  if (incident !== undefined) return { all: { because: 'incident', incident }, stop };
  const freeze = freezeOver(record.name, freezes);
  if (freeze !== undefined) return { all: { because: 'frozen', freeze }, stop };
  if (isStopped(record.brake)) return { all: { because: 'braked' }, stop };
  const next = spans[firstNotEnded(spans, nowMs)];
  if (next === undefined || next.fromMs > nowMs) {
    return { all: { because: 'window-closed', opensAtMs: next?.fromMs ?? null }, stop };
  }
  if (stop !== null && nowMs < stop.probedFromMs) return { all: { because: 'error-rate', stop }, stop };
  return { all: null, stop };
}
