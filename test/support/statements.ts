import { DatabaseSync } from 'node:sqlite';
import { onTestFinished, vi } from 'vitest';

/** Sees each plain statement (`BEGIN`, `COMMIT`, a pragma) of every database in this process before it runs. `exec` runs one unseen. */
export function onStatement(
  see: (sql: string, database: DatabaseSync, exec: (sql: string) => void) => void,
): void {
  const exec: (this: DatabaseSync, sql: string) => void = Reflect.get(DatabaseSync.prototype, 'exec');
  const spy = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
    see(sql, this, (own) => exec.call(this, own));
    exec.call(this, sql);
  });
  onTestFinished(() => spy.mockRestore());
}
