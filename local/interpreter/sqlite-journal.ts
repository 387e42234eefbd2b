import type { DatabaseSync } from 'node:sqlite';
import { isStateLocked, transact } from '../sqlite/database.ts';
import type { ExecutionRecord, Frame, Journal, TaskAnswer } from './journal.ts';

interface Waiting {
  readonly name: string;
  readonly frame: Frame;
  readonly forget: string | undefined;
  resolve(): void;
  reject(error: unknown): void;
}

/** Executions of one machine in the state's own database. Transitions that come together (a map's items) share one commit. */
export function createSqliteJournal(database: DatabaseSync, machine: string): Journal {
  let queue: Waiting[] = [];

  function flush(): void {
    const batch = queue;
    queue = [];
    try {
      transact(database, () => {
        for (const { name, frame, forget } of batch) write(name, frame, forget);
      });
      for (const waiting of batch) waiting.resolve();
    } catch (error) {
      if (isStateLocked(error)) {
        // Nothing can go on before it is written, and nothing is lost by waiting: the other process ends some time.
        queue = [...batch, ...queue];
        setImmediate(flush);
        return;
      }
      for (const waiting of batch) waiting.reject(error);
    }
  }

  function write(name: string, frame: Frame, forget: string | undefined): void {
    if (forget !== undefined) {
      database
        .prepare('DELETE FROM execution_frame WHERE name = ? AND substr(path, 1, ?) = ?')
        .run(name, forget.length, forget);
    }
    database
      .prepare('INSERT OR REPLACE INTO execution_frame (name, path, doc) VALUES (?, ?, ?)')
      .run(name, frame.path, JSON.stringify(frame));
    if (frame.path === '' && frame.end !== undefined) {
      database
        .prepare(`UPDATE execution SET ended = 1, doc = json_set(doc, '$.end', json(?)) WHERE name = ?`)
        .run(JSON.stringify(frame.end), name);
      database.prepare('DELETE FROM execution_frame WHERE name = ?').run(name);
    }
  }

  return {
    async create(execution) {
      const insert = database.prepare('INSERT OR IGNORE INTO execution (name, ended, doc) VALUES (?, 0, ?)');
      const { changes } = transact(database, () =>
        insert.run(execution.name, JSON.stringify({ ...execution, machine })),
      );
      return Number(changes) === 1;
    },
    async execution(name) {
      const row = database.prepare('SELECT doc FROM execution WHERE name = ?').get(name);
      return row === undefined ? null : (JSON.parse(String(row['doc'])) as ExecutionRecord);
    },
    async running() {
      return database
        .prepare(
          `SELECT name FROM execution WHERE ended = 0 AND json_extract(doc, '$.machine') = ? ORDER BY rowid`,
        )
        .all(machine)
        .map((row) => String(row['name']));
    },
    async frames(name) {
      return database
        .prepare('SELECT doc FROM execution_frame WHERE name = ?')
        .all(name)
        .map((row) => JSON.parse(String(row['doc'])) as Frame);
    },
    commit(name, frame, forget) {
      return new Promise((resolve, reject) => {
        if (queue.length === 0) setImmediate(flush);
        queue.push({ name, frame, forget, resolve, reject });
      });
    },
    async answer(token) {
      const row = database.prepare('SELECT doc FROM task_answer WHERE token = ?').get(token);
      return row === undefined ? null : (JSON.parse(String(row['doc'])) as TaskAnswer);
    },
    async heartbeatAtMs(token) {
      const row = database.prepare('SELECT at_ms FROM task_heartbeat WHERE token = ?').get(token);
      return row === undefined ? null : Number(row['at_ms']);
    },
  };
}

/** Answers a task that waits for its token, from any process. The first answer counts. */
export function answerTask(database: DatabaseSync, token: string, answer: TaskAnswer): void {
  const insert = database.prepare('INSERT OR IGNORE INTO task_answer (token, doc) VALUES (?, ?)');
  transact(database, () => insert.run(token, JSON.stringify(answer)));
}

/** Says that a task that waits for its token goes on, from any process. */
export function beatTask(database: DatabaseSync, token: string, atMs: number): void {
  const insert = database.prepare('INSERT OR REPLACE INTO task_heartbeat (token, at_ms) VALUES (?, ?)');
  transact(database, () => insert.run(token, atMs));
}
