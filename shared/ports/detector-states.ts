import type { Rule } from '../domain/detect/rule.ts';

export interface StateKey {
  readonly rule: Rule;
  readonly key: string;
}

/** What a rule remembers by one key, and the last place of the stream that it learnt from: it learns from none twice. */
export interface KeptState {
  readonly state: unknown;
  readonly seq: number;
}

export interface StateChange extends StateKey, KeptState {
  /** When it was touched: the longest untouched are forgotten first. */
  readonly atMs: number;
}

/** What rules remember. What a rule learns from entries only who holds the cursor of whoever judges writes. */
export interface DetectorStates {
  /** In their order; null where there is none. */
  load(keys: readonly StateKey[]): Promise<(KeptState | null)[]>;
  /** Each for itself: of two that were to be saved one may be, and is not learnt twice. */
  save(changes: readonly StateChange[]): Promise<void>;
}
