import { RULES, type Rule } from './rule.ts';

/** By which a state is kept. */
export interface StateKey {
  readonly rule: Rule;
  readonly key: string;
}

/** What rules remember while entries are judged. */
export interface Memory {
  get(rule: Rule, key: string): unknown;
  set(rule: Rule, key: string, state: unknown): void;
}

/** States of one rule: 100,000 principals fit, and of each some hundred bytes. */
const MOST_STATES = 120_000;

/** As it is written down: every state, the longest untouched first. */
export type Remembered = Readonly<Partial<Record<Rule, readonly (readonly [key: string, state: unknown])[]>>>;

export interface BoundedMemory extends Memory {
  /** States that are remembered now, of all rules. */
  readonly size: number;
  /** How often a state was forgotten to make room. */
  readonly forgotten: number;
  remembered(): Remembered;
}

interface Generations {
  young: Map<string, unknown>;
  old: Map<string, unknown>;
}

/**
 * Remembers `most` states of each rule, so that a flood of keys of one takes nothing from another. What was not touched for
 * longest goes first, half of them at a time: a state lives in the older half until it is touched again.
 */
export function createMemory(most = MOST_STATES, before: Remembered = {}): BoundedMemory {
  const half = Math.max(1, Math.floor(most / 2));
  let forgotten = 0;
  const rules = new Map<Rule, Generations>(
    RULES.map((rule) => [rule, { young: new Map<string, unknown>(), old: new Map<string, unknown>() }]),
  );
  const of = (rule: Rule): Generations => {
    const generations = rules.get(rule);
    if (generations === undefined) throw new Error(`no rule ${rule}`);
    return generations;
  };
  const put = (generations: Generations, key: string, state: unknown) => {
    if (generations.young.size >= half && !generations.young.has(key)) {
      forgotten += generations.old.size;
      generations.old = generations.young;
      generations.young = new Map();
    }
    generations.young.set(key, state);
  };
  for (const [rule, states] of Object.entries(before))
    for (const [key, state] of states) put(of(rule as Rule), key, state);
  return {
    get size() {
      return [...rules.values()].reduce((sum, { young, old }) => sum + young.size + old.size, 0);
    },
    get forgotten() {
      return forgotten;
    },
    get(rule, key) {
      const generations = of(rule);
      const young = generations.young.get(key);
      if (young !== undefined) return young;
      const old = generations.old.get(key);
      if (old === undefined) return undefined;
      generations.old.delete(key);
      put(generations, key, old);
      return old;
    },
    set(rule, key, state) {
      const generations = of(rule);
      generations.old.delete(key);
      put(generations, key, state);
    },
    remembered: () =>
      Object.fromEntries([...rules].map(([rule, { young, old }]) => [rule, [...old, ...young]])),
  };
}
