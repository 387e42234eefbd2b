import { expect, test } from 'vitest';
import { putValues } from '../../shared/driver/put-values.ts';
import { aWorld, type World } from '../support/world.ts';

const TABLES = ['class', 'secret', 'version', 'incident', 'delivery', 'cut'];

/** The registry's own tables as they are now; gives what puts them back. The store, its keys and the targets stay as they are. */
function pictureOfRegistry({ state: { database } }: World): () => void {
  for (const table of TABLES) database.exec(`CREATE TABLE kept_${table} AS SELECT * FROM ${table}`);
  return () => {
    for (const table of TABLES)
      database.exec(`DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM kept_${table}`);
  };
}

const passwordAt = (world: World, index: number) => world.target.roles.get(`r${index}`)?.password ?? '';

test('[5.4] the registry is restored to before a re-issue: the next break-glass does not take the value that it finds for a new one', async () => {
  const world = await aWorld({ secrets: 2 });
  const { store, registry, audit } = world.state.services;
  const restore = pictureOfRegistry(world);
  await world.breakGlass();
  const leaked = [passwordAt(world, 0), passwordAt(world, 1)];
  restore();
  await world.breakGlass('values-leaked', { cutNow: true });
  for (const [index, password] of leaked.entries()) {
    expect(world.target.login(`r${index}`, password)).toBe('refused');
    const { ref, currentVersionId = '' } = await world.secret(index);
    const [value] = await store.read([{ ref, versionId: currentVersionId }], 'reader');
    expect(world.target.login(`r${index}`, value ?? '')).toBe('accepted');
    // What was found was tried, and is proven dead; what went with its key could not be tried, and is not.
    expect((await registry.versions({ refs: [ref] })).map(({ fate }) => fate)).toEqual([
      'revoked-unproven',
      'revoked-proven',
      'live',
    ]);
  }
  const found = (await audit.find({ action: ['store'] })).filter(({ outcome }) => outcome === 'error');
  expect(found.map(({ ref, reason }) => [ref, reason?.split(':')[0]])).toEqual(
    world.refs.map((ref) => [ref, 'version-unknown']),
  );
});

test('[5.4] the registry is restored to before a re-issue: what works outside the next incidents is not shredded with their keys', async () => {
  const world = await aWorld({ secrets: 2 });
  const { keys, store, audit } = world.state.services;
  const [first = 'vault://none', other = 'vault://none'] = world.refs;
  const keyStates = async () => (await keys.list('payments')).map(({ state }) => state);
  const restore = pictureOfRegistry(world);
  await world.breakGlass();
  restore();
  await world.breakGlass('values-leaked', { scope: { secretRef: first } });
  expect(await world.breakGlass('values-leaked', { scope: { secretRef: first } })).toMatchObject({
    state: 'sealed',
    epoch: 3,
  });
  // The other's value is under the second epoch's key, of which the registry names nothing any more.
  expect(await keyStates()).toEqual(['destroyed', 'open', 'open']);
  const current = world.state.database.prepare('SELECT version_id FROM value WHERE ref = ? AND current = 1');
  const name = { ref: other, versionId: String(current.get(other)?.['version_id']) };
  const [works = ''] = await store.read([name], 'reader');
  expect(world.target.login('r1', works)).toBe('accepted');
  expect((await audit.find({ action: ['key-destroy'] })).at(-1)).toMatchObject({
    outcome: 'error',
    reason: expect.stringContaining(`no key was destroyed: 1 live versions, of ${other} first`),
  });
  // Once it is re-issued itself, nothing live is under a key that is gone.
  await world.breakGlass('values-leaked', { scope: { secretRef: other } });
  expect(await keyStates()).toEqual(['destroyed', 'destroyed', 'open', 'open']);
  expect(world.target.login('r1', works)).toBe('refused');
});

test('[7.4] the registry is restored to before a value was put by hand: the next put is not swallowed by the one that is there', async () => {
  const world = await aWorld();
  const { services } = world.state;
  const restore = pictureOfRegistry(world);
  const by = { user: 'owner', source: 'test', replace: true };
  const put = (value: string) => putValues(services, [{ ref: 'vault://admin/db0', value }], by);
  await put('second');
  restore();
  await expect(put('third')).rejects.toMatchObject({
    code: 'value-name-taken',
    family: 'Conflict',
    safe: 'No value was given to readers. Its name is not used again.',
  });
  expect(await services.store.read(await put('third'), 'reader')).toEqual(['third']);
});
