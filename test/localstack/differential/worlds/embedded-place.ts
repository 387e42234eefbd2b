import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresServer } from '../../../../demo/postgres-servers.ts';
import { runEngine } from '../../../../local/engine/engine.ts';
import type { Frame } from '../../../../local/interpreter/journal.ts';
import { openState } from '../../../../local/state.ts';
import { createLocalWorkflows } from '../../../../local/workflows.ts';
import { FrameTeller } from '../frames.ts';
import { definitionOf, machineOf } from './machine.ts';
import type { Place } from './place.ts';

/** The engine keeps no history: the database itself notes each frame that it is given. */
const NOTE_FRAMES = `
CREATE TABLE told (n INTEGER PRIMARY KEY, name TEXT NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE TRIGGER tell AFTER INSERT ON execution_frame
BEGIN INSERT INTO told (name, doc) VALUES (new.name, new.doc); END;`;

/** A state directory with its engine, in this process. */
export function openEmbeddedPlace(server: PostgresServer): Place & { close(): Promise<void> } {
  const home = mkdtempSync(join(tmpdir(), 'rekey-worlds-'));
  const state = openState(home);
  const { database } = state;
  database.exec(NOTE_FRAMES);
  let ending = new AbortController();
  let engine: Promise<unknown> | undefined;

  const ensureEngine = () => {
    if (engine !== undefined) return;
    ending = new AbortController();
    engine = runEngine(home, { signal: ending.signal });
  };
  const endEngine = async () => {
    ending.abort();
    await engine;
    engine = undefined;
  };
  const workflows = createLocalWorkflows(database, {
    ensure: ensureEngine,
    runs: () => engine !== undefined,
  });
  return {
    services: { ...state.services, workflows },
    server,
    lookEveryMs: 20,
    // No other story stands in it.
    inTurn: (work) => work(),
    stop: endEngine,
    async editPlan(planHash) {
      database
        .prepare(`UPDATE manifest SET doc = replace(doc, '"fence":false', '"fence":true') WHERE key = ?`)
        .run(`plan/${planHash}`);
    },
    async scopes(execution) {
      const teller = new FrameTeller(definitionOf(machineOf(execution)));
      const rows = database.prepare('SELECT doc FROM told WHERE name = ? ORDER BY n').all(execution);
      for (const row of rows) teller.tell(JSON.parse(String(row['doc'])) as Frame);
      return teller.scopes;
    },
    async close() {
      await endEngine();
      state.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
