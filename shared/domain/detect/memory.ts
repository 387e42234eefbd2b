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

/** Keys of one table: 100,000 principals fit, and of each some hundred bytes a rule. */
const MOST_KEYS = 120_000;

/**
 * Rules that ask for the same keys of the same entry, and are found together: principals that read, secrets that are read.
 * Every other rule has a table of its own.
 */
const SHARED: Readonly<Partial<Record<Rule, string>>> = {
  enumeration: 'principals',
  'off-hours': 'principals',
  volume: 'principals',
  'new-network': 'secrets',
  'new-principal': 'secrets',
  'new-region': 'secrets',
  'person-reads': 'secrets',
};

/** As it is written down: every state, the longest untouched first. */
export type Remembered = Readonly<Partial<Record<Rule, readonly (readonly [key: string, state: unknown])[]>>>;

export interface BoundedMemory extends Memory {
  /** States that are remembered now, of all rules. */
  readonly size: number;
  /** Keys that were forgotten to make room. */
  readonly forgotten: number;
  remembered(): Remembered;
}

/** Of one key, each rule's in its place. */
type States = unknown[];

interface Table {
  /** That share it. */
  rules: number;
  young: Map<string, States>;
  old: Map<string, States>;
  /** Asked for last: the next rule asks for the same. */
  lastKey: string | undefined;
  last: States | undefined;
}

/**
 * Remembers `most` keys of each table, so that a flood of one rule's keys takes nothing from those of another table. What was
 * not touched for longest goes first, half of them at a time: a key lives in the older half until it is touched again.
 */
export function createMemory(most = MOST_KEYS, before: Remembered = {}): BoundedMemory {
  const half = Math.max(1, Math.floor(most / 2));
  let forgotten = 0;
  const tables = new Map<string, Table>();
  const places = new Map(
    RULES.map((rule) => {
      const table = tableOf(rule);
      table.rules += 1;
      return [rule, { table, place: table.rules - 1 }] as const;
    }),
  );

  function tableOf(rule: Rule): Table {
    const name = SHARED[rule] ?? rule;
    const known = tables.get(name);
    if (known !== undefined) return known;
    const table: Table = { rules: 0, young: new Map(), old: new Map(), lastKey: undefined, last: undefined };
    tables.set(name, table);
    return table;
  }

  function placeOf(rule: Rule): { readonly table: Table; readonly place: number } {
    const found = places.get(rule);
    if (found === undefined) throw new Error(`no rule ${rule}`);
    return found;
  }

  function find(table: Table, key: string): States | undefined {
    if (table.lastKey === key) return table.last;
    let states = table.young.get(key);
    if (states === undefined) {
      states = table.old.get(key);
      if (states !== undefined) {
        table.old.delete(key);
        put(table, key, states);
      }
    }
    table.lastKey = key;
    table.last = states;
    return states;
  }

  function put(table: Table, key: string, states: States): void {
    if (table.young.size >= half) {
      forgotten += table.old.size;
      table.old = table.young;
      table.young = new Map();
    }
    table.young.set(key, states);
  }

  const memory: BoundedMemory = {
    get size() {
      const all = [...tables.values()].flatMap(({ young, old }) => [...old.values(), ...young.values()]);
      return all.reduce((sum, states) => sum + states.filter((state) => state !== undefined).length, 0);
    },
    get forgotten() {
      return forgotten;
    },
    get(rule, key) {
      const { table, place } = placeOf(rule);
      return find(table, key)?.[place];
    },
    set(rule, key, state) {
      const { table, place } = placeOf(rule);
      let states = find(table, key);
      if (states === undefined) {
        states = [];
        put(table, key, states);
        table.last = states;
      }
      states[place] = state;
    },
    remembered: () =>
      Object.fromEntries(
        [...places].map(([rule, { table, place }]) => [
          rule,
          [...table.old, ...table.young].flatMap(([key, states]) =>
            states[place] === undefined ? [] : [[key, states[place]] as const],
          ),
        ]),
      ),
  };
  for (const [rule, states] of Object.entries(before))
    for (const [key, state] of states) memory.set(rule as Rule, key, state);
  return memory;
}
