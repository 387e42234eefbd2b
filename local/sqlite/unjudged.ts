import type { DatabaseSync } from 'node:sqlite';

/** Whether reads or changes wait: for their chain, or after a place of it to be judged. A look costs microseconds. */
export function createUnjudged(database: DatabaseSync): {
  unchained(): boolean;
  after(seq: number): boolean;
} {
  const unchained = database.prepare(
    "SELECT 1 FROM audit WHERE seq IS NULL AND action IN ('read', 'change') LIMIT 1",
  );
  const after = database.prepare(
    "SELECT 1 FROM audit WHERE seq > ? AND action IN ('read', 'change') LIMIT 1",
  );
  return {
    unchained: () => unchained.get() !== undefined,
    after: (seq) => after.get(seq) !== undefined,
  };
}
