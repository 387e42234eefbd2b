import type { DatabaseSync } from 'node:sqlite';
import type { ExecutionRecord } from '../interpreter/journal.ts';
import { answerTask, createSqliteJournal } from '../interpreter/sqlite-journal.ts';

/** How an execution stands, as another process sees it. */
export type ExecutionStanding =
  | { readonly status: 'waiting' | 'running' | 'succeeded' }
  | { readonly status: 'failed'; readonly error: string; readonly cause: string };

function recordOf(database: DatabaseSync, name: string): ExecutionRecord | undefined {
  const row = database.prepare('SELECT doc FROM execution WHERE name = ?').get(name);
  return row === undefined ? undefined : (JSON.parse(String(row['doc'])) as ExecutionRecord);
}

/** `waiting`: asked for, not yet taken by an engine. */
export function standingOfExecution(database: DatabaseSync, name: string): ExecutionStanding {
  createSqliteJournal(database);
  const record = recordOf(database, name);
  if (record === undefined) return { status: 'waiting' };
  if (record.end === undefined) return { status: 'running' };
  return record.end.status === 'succeeded'
    ? { status: 'succeeded' }
    : { status: 'failed', error: record.end.error, cause: record.end.cause };
}

/** Executions that were asked for and have not ended, oldest first. */
export function unfinishedExecutions(database: DatabaseSync): string[] {
  createSqliteJournal(database);
  return database
    .prepare(
      `SELECT name FROM execution WHERE ended = 0 UNION ALL
       SELECT name FROM start_request WHERE taken = 0 AND name NOT IN (SELECT name FROM execution)`,
    )
    .all()
    .map((row) => String(row['name']));
}

/** The newest execution of an incident: its first, or the last `-r<n>` that resumed it. */
export function executionOf(database: DatabaseSync, incident: string): string | undefined {
  const row = database
    .prepare(
      `SELECT name FROM start_request WHERE name = ?1 OR substr(name, 1, length(?1) + 2) = ?1 || '-r' ORDER BY rowid DESC LIMIT 1`,
    )
    .get(incident);
  return row === undefined ? undefined : String(row['name']);
}

/** The workflow that waits for people goes on: to the re-opening that they signed, or (`again`) to another sweep. */
export function completeTask(
  database: DatabaseSync,
  token: string,
  answer: { readonly again: boolean },
): void {
  answerTask(database, token, { ok: true, output: answer });
}
