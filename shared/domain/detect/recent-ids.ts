/** Entries a generation: at 1,000 a second more than a minute. */
const GENERATION = 65_536;

/** Ids of the newest entries, so that what is told twice is judged once. Forgets the older half when it is full. */
export interface RecentIds {
  /** Whether it is the first time; remembers it. */
  isFirst(id: string): boolean;
  readonly size: number;
  /** Oldest first. */
  remembered(): readonly string[];
}

export function createRecentIds(most = 2 * GENERATION, before: readonly string[] = []): RecentIds {
  const half = Math.max(1, Math.floor(most / 2));
  let young = new Set<string>();
  let old = new Set<string>();
  const isFirst = (id: string): boolean => {
    if (young.has(id)) return false;
    const isKnown = old.delete(id);
    if (young.size >= half) {
      old = young;
      young = new Set();
    }
    young.add(id);
    return !isKnown;
  };
  for (const id of before) isFirst(id);
  return {
    isFirst,
    get size() {
      return young.size + old.size;
    },
    remembered: () => [...old, ...young],
  };
}
