import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openState } from '../../local/state.ts';
import { aState, openedAgain } from '../support/state.ts';
import { aWorld } from '../support/world.ts';

function everyByteIn(folder: string): Buffer {
  return Buffer.concat(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((file) => statSync(file).isFile())
      .map((file) => readFileSync(file)),
  );
}

test('[1.1] a value stands nowhere in the state, and its key nowhere after it was destroyed', async () => {
  const world = await aWorld({ secrets: 5 });
  const before = world.state.database.prepare("SELECT wrapped FROM epoch_key WHERE id = 'payments#1'").get();
  const wrapped = Buffer.from(before?.['wrapped'] as Uint8Array);
  const sealed = Buffer.from(
    world.state.database.prepare("SELECT sealed FROM value WHERE key_id = 'payments#1'").get()?.[
      'sealed'
    ] as Uint8Array,
  );
  const rootBefore = readFileSync(join(world.home, 'keys', 'root.key'), 'utf8').trim();
  expect(everyByteIn(world.home).includes(wrapped)).toBe(true);
  expect(everyByteIn(world.home).includes('old-0')).toBe(false);
  await world.breakGlass();
  const [key] = await world.state.services.keys.list('payments');
  expect(key?.state).toBe('destroyed');
  const left = everyByteIn(world.home);
  expect(left.includes(wrapped)).toBe(false);
  expect(left.includes(sealed)).toBe(false);
  expect(left.includes(rootBefore)).toBe(false);
});

test('[1.1] what is sealed under one name does not open under another', async () => {
  const world = await aWorld({ secrets: 2 });
  const { database, services } = world.state;
  const { currentVersionId, ref } = await world.secret(0);
  const other = await world.secret(1);
  database
    .prepare('UPDATE value SET sealed = (SELECT sealed FROM value WHERE version_id = ?) WHERE version_id = ?')
    .run(other.currentVersionId ?? '', currentVersionId ?? '');
  await expect(
    services.store.read([{ ref, versionId: currentVersionId ?? '' }], 'reader'),
  ).rejects.toMatchObject({ code: 'seal-broken' });
});

test('a root key that a command prints is used and never written', async () => {
  const world = await aWorld();
  const key = 'ab'.repeat(32);
  const other = openState(join(world.home, 'other'), { rootKeyCommand: `printf ${key}` });
  try {
    await other.services.keys.ensure('payments', 1, 'open');
    expect(everyByteIn(join(world.home, 'other')).includes(key)).toBe(false);
    await expect(other.services.keys.destroy('payments', 'payments#1')).resolves.toMatchObject({
      irrevocableAtMs: null,
    });
  } finally {
    other.close();
  }
});

test('[5.4] a key that is destroyed while another process opens it is not open afterwards', async () => {
  const state = aState();
  const other = openedAgain(state);
  // Refused at once: waiting, it would keep the first one from going on.
  other.database.exec('PRAGMA busy_timeout = 0');
  const { keys } = state.services;
  const key = await keys.ensure('payments', 1, 'closed');
  const between: Promise<unknown>[] = [];
  const prepare = state.database.prepare.bind(state.database);
  state.database.prepare = (sql) => {
    if (sql.startsWith('UPDATE epoch_key SET state'))
      between.push(other.services.keys.destroy(key.className, key.id));
    return prepare(sql);
  };
  await keys.open(key.id);
  expect(await Promise.allSettled(between)).toMatchObject([
    { status: 'rejected', reason: { code: 'state-locked' } },
  ]);
  expect(await keys.list('payments')).toEqual([{ ...key, state: 'open' }]);
});
