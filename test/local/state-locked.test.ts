import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test, vi } from 'vitest';
import { FUNCTIONS } from '../../local/engine/functions.ts';
import { pathsIn } from '../../local/home.ts';
import type { Frame } from '../../local/interpreter/journal.ts';
import { createSqliteJournal } from '../../local/interpreter/sqlite-journal.ts';
import { holdState } from '../support/state-holder.ts';
import { onStatement } from '../support/statements.ts';
import { aWorld } from '../support/world.ts';

/** Waits for the lock are as short as they may be: a test's patience, not another lock. */
function impatient(): void {
  onStatement((sql, _database, exec) => {
    if (sql === 'BEGIN IMMEDIATE') exec('PRAGMA busy_timeout = 10');
  });
}

/** More calls than the state machine's own retries come to. */
const CALLS = 12;

test.each([
  ['cut', 'CutTarget'],
  ['install', 'AdvanceBatch'],
  ['prove', 'AdvanceBatch'],
])(
  '[5.4] another process holds the state from %s on: the engine waits, and carries on when it lets go',
  async (moment, name) => {
    impatient();
    const held: string[] = [];
    const world = await aWorld({ secrets: 3, onHeld: (error) => held.push(error.code) });
    let holder: Awaited<ReturnType<typeof holdState>> | undefined;
    world.target.fault = async (verb, phase) => {
      if (verb === moment && phase === 'after' && holder === undefined)
        holder = await holdState(pathsIn(world.home).database);
    };
    const called = FUNCTIONS.get(name);
    if (called === undefined) throw new Error(`no function ${name}`);
    const invoke = called.invoke.bind(called);
    let calls = 0;
    const spy = vi.spyOn(called, 'invoke').mockImplementation(async (...given) => {
      calls += 1;
      if (calls === CALLS) await holder?.letGo();
      return invoke(...given);
    });
    onTestFinished(() => spy.mockRestore());
    const incident = await world.breakGlass('values-leaked', { cutNow: true });
    expect(calls).toBeGreaterThanOrEqual(CALLS);
    // Told once, however often it was in vain.
    expect(held).toEqual(['state-locked']);
    expect(incident.state).toBe('sealed');
    expect(incident.layers.map(({ state }) => state)).toEqual(['observed']);
    expect(await world.fates()).toEqual({ live: 3, 'revoked-proven': 3 });
    for (const index of world.refs.keys()) {
      const { ordinal, rotation } = await world.secret(index);
      expect({ ordinal, rotation }).toEqual({ ordinal: 2, rotation: undefined });
    }
  },
);

test('a transition that another process keeps from being written is written when it lets go, and nothing goes on before', async () => {
  const { home } = await aWorld();
  const [own, other] = [0, 0].map(() => new DatabaseSync(pathsIn(home).database, { timeout: 0 }));
  if (own === undefined || other === undefined) throw new Error('no databases');
  const journal = createSqliteJournal(own, 'test');
  const frame: Frame = {
    path: '',
    state: 'A',
    visit: 0,
    input: null,
    variables: {},
    attempts: {},
    enteredAtMs: 0,
  };
  other.exec('BEGIN IMMEDIATE');
  const order: string[] = [];
  const committed = journal.commit('x', frame).then(() => order.push('committed'));
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  order.push('let go');
  other.exec('ROLLBACK');
  await committed;
  expect(order).toEqual(['let go', 'committed']);
  expect(await journal.frames('x')).toEqual([frame]);
  own.close();
  other.close();
});
