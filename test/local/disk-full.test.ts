import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { answerTask, createSqliteJournal } from '../../local/interpreter/sqlite-journal.ts';
import { createStartRequests } from '../../local/sqlite/start-requests.ts';
import { hashLine } from '../../shared/domain/audit/line.ts';
import { onStatement } from '../support/statements.ts';
import { aWorld, type World } from '../support/world.ts';

const ROOM = 'PRAGMA max_page_count = 1073741823';

/**
 * The disk under every database of the test. Filled, it takes no further page from the nth commit on, or (`once`) for that
 * commit alone, as one does that needs more room than the others: the real `SQLITE_FULL`, from the real database, in the
 * transaction that is to be committed.
 */
function aDisk() {
  const limited = new Map<DatabaseSync, (sql: string) => void>();
  let from = Number.POSITIVE_INFINITY;
  let commits = 0;
  let only = false;
  onStatement((sql, database, exec) => {
    // What survives a power cut is not looked at here, and syncing is what would take the time.
    if (sql === 'BEGIN IMMEDIATE') exec('PRAGMA synchronous = OFF');
    if (sql !== 'COMMIT') return;
    commits += 1;
    if (commits < from || (only && commits > from)) return;
    limited.set(database, exec);
    try {
      exec('PRAGMA max_page_count = 1; CREATE TABLE more AS SELECT zeroblob(1000000);');
    } finally {
      if (only) exec(ROOM);
    }
  });
  return {
    fillFrom(nth: number, once: boolean) {
      commits = 0;
      from = nth;
      only = once;
    },
    /** Whether it was ever full. */
    makeRoom(): boolean {
      const reached = commits >= from;
      from = Number.POSITIVE_INFINITY;
      for (const [database, exec] of limited) if (database.isOpen) exec(ROOM);
      limited.clear();
      return reached;
    },
  };
}

const brokenOffBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

/** The state is whole: the chain, what it tells of, and a value in the store for each credential at the target. */
async function expectNothingLost(world: World): Promise<void> {
  const { audit, registry, store, keys } = world.state.services;
  await audit.chainPending();
  let previous: Buffer = Buffer.alloc(32);
  for (const { line, hash } of await audit.lines(0, 10_000)) {
    previous = hashLine(line, previous);
    expect(hash).toBe(previous.toString('hex'));
  }
  const [incident, ...others] = await registry.incidents();
  expect(others).toEqual([]);
  expect(incident?.state).toBe('sealed');
  expect(incident?.provenAtMs).toBeDefined();
  expect(await world.fates()).toEqual({ live: 2, 'revoked-proven': 2 });
  for (const index of world.refs.keys()) {
    const { ref, ordinal, rotation, currentVersionId, claim, cut } = await world.secret(index);
    expect({ ordinal, rotation, claim, cut }).toEqual({ ordinal: 2 });
    const [value] = await store.read([{ ref, versionId: currentVersionId ?? '' }], 'reader');
    expect(world.target.login(`r${index}`, value ?? '')).toBe('accepted');
    expect(world.target.login(`r${index}`, `old-${index}`)).toBe('refused');
  }
  expect((await keys.list('payments')).map(({ state }) => state)).toEqual(['destroyed', 'open']);
  const told = await audit.find({ operation: incident?.id ?? '' });
  const once = ['incident-open', 'key-destroy'] as const;
  for (const action of once) expect(told.filter((entry) => entry.action === action)).toHaveLength(1);
  expect(told.filter(({ action, outcome }) => action === 'prove' && outcome === 'success')).toHaveLength(2);
  expect(readFileSync(`${world.home}/keys/root.key`, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  const packet = `${world.home}/packets/${incident?.id}-${incident?.packets}.json`;
  expect(existsSync(packet)).toBe(true);
}

test.each([
  ['from any commit of a break-glass on', false],
  ['for any one commit of a break-glass', true],
])(
  '[5.4] the disk is full %s: it says so, and comes to the same end once there is room',
  async (_when, once) => {
    const disk = aDisk();
    const errors: unknown[] = [];
    for (let reached = true; reached; ) {
      const world = await aWorld({ secrets: 2 });
      disk.fillFrom(errors.length + 1, once);
      const error = await brokenOffBy(world.breakGlass('values-leaked', { cutNow: true }));
      reached = disk.makeRoom();
      if (reached) {
        errors.push(error);
        const asked = world.state.database.prepare('SELECT 1 FROM start_request').get() !== undefined;
        if (asked) await world.carryOn();
        else await world.breakGlass('values-leaked', { cutNow: true });
      }
      await expectNothingLost(world);
    }
    expect(errors.length).toBeGreaterThan(30);
    const next = ['make room, then the same command again', 'rekey status'];
    for (const error of errors) expect(error).toMatchObject({ code: 'disk-full', next });
  },
);

const BREAKER = { target: 'db0', failures: 1, openUntilMs: 0, atMs: 0 };
const ENTRY = {
  v: 1,
  id: 'x',
  atMs: 0,
  action: 'observe',
  outcome: 'success',
  actor: { user: 'x' },
  source: 'test',
} as const;
const BIG = 'x'.repeat(100_000);

test.each<[string, (world: World) => unknown]>([
  ['a plan', (world) => world.plan('unknown', { principal: BIG })],
  ['a manifest', ({ state }) => state.services.manifests.write('m', [{ targetId: BIG, secretRefs: [] }])],
  [
    'a start',
    ({ state }) => createStartRequests(state.database).ask({ name: 'x', machine: 'y', input: BIG }),
  ],
  [
    'an execution',
    ({ state }) =>
      createSqliteJournal(state.database, 'test').create({ name: 'x', input: BIG, startedAtMs: 0 }),
  ],
  ['an answer', ({ state }) => answerTask(state.database, 'x', { ok: true, output: BIG })],
  ['a breaker', ({ state }) => state.services.registry.setBreaker('db0', { ...BREAKER, reason: BIG })],
  ['an entry', ({ state }) => state.services.registry.append([{ ...ENTRY, reason: BIG }])],
  ['a packet', ({ state }) => state.services.packets.write('full', BIG, BIG)],
])('%s that cannot be written says so in one way', async (name, write) => {
  const world = await aWorld();
  world.state.database.exec('PRAGMA max_page_count = 1');
  const packets = join(world.home, 'packets');
  mkdirSync(packets);
  symlinkSync('/dev/full', join(packets, `full.html.${process.pid}`));
  await expect((async () => write(world))()).rejects.toMatchObject({ code: 'disk-full' });
  expect(readdirSync(packets)).toEqual(name === 'a packet' ? [] : [`full.html.${process.pid}`]);
});
