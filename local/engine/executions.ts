import type { DatabaseSync } from 'node:sqlite';
import type { ExecutionStanding } from '../../shared/ports/workflows.ts';
import type { ExecutionRecord } from '../interpreter/journal.ts';

function recordOf(database: DatabaseSync, name: string): ExecutionRecord | undefined {
  const row = database.prepare('SELECT doc FROM execution WHERE name = ?').get(name);
  return row === undefined ? undefined : (JSON.parse(String(row['doc'])) as ExecutionRecord);
}

/** How an execution stands, as another process sees it. */
export function standingOfExecution(database: DatabaseSync, name: string): ExecutionStanding {
  const record = recordOf(database, name);
  if (record === undefined) {
    const asked = database.prepare('SELECT 1 FROM start_request WHERE name = ?').get(name);
    return { status: asked === undefined ? 'unknown' : 'waiting' };
  }
  if (record.end === undefined) return { status: 'running' };
  return record.end.status === 'succeeded'
    ? { status: 'succeeded' }
    : { status: 'failed', error: record.end.error, cause: record.end.cause };
}

/** Executions that were asked for and have not ended, oldest first. */
export function unfinishedExecutions(database: DatabaseSync): string[] {
  return database
    .prepare(
      `SELECT name FROM execution WHERE ended = 0 UNION ALL
       SELECT name FROM start_request WHERE taken = 0 AND name NOT IN (SELECT name FROM execution)`,
    )
    .all()
    .map((row) => String(row['name']));
}
