import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { pathsIn } from '../../../local/home.ts';
import { createSqliteCases } from '../../../local/sqlite/cases.ts';
import { createSqliteDeadLetters } from '../../../local/sqlite/dead-letters.ts';
import { createSqliteDetectorStates } from '../../../local/sqlite/detector-states.ts';
import { describeCases } from '../../contracts/cases.ts';
import { describeDeadLetters } from '../../contracts/dead-letters.ts';
import { describeDetectorStates } from '../../contracts/detector-states.ts';
import { describePseudonyms } from '../../contracts/pseudonyms.ts';
import { AT_MS } from '../../contracts/records.ts';
import { aState, openedAgain } from '../../support/state.ts';

describeCases('sqlite', async () => createSqliteCases(aState().database));
describeDeadLetters('sqlite', async () => createSqliteDeadLetters(aState().database));
describeDetectorStates('sqlite', async () => createSqliteDetectorStates(aState().database));
describePseudonyms('sqlite', async () => {
  const state = aState();
  return {
    pseudonyms: state.services.pseudonyms,
    again: () => openedAgain(state).services.pseudonyms,
  };
});

test('[7.1] beyond the bound the longest untouched are forgotten, also after a restart', async () => {
  const { database } = aState();
  const change = (key: string, atMs: number) => ({
    rule: 'volume' as const,
    key,
    state: {},
    seq: 1,
    atMs,
  });
  const states = createSqliteDetectorStates(database, 3);
  for (let n = 0; n < 5; n += 1) await states.save([change(`p${n}`, AT_MS + n)]);
  const again = createSqliteDetectorStates(database, 3);
  await again.save([change('p2', AT_MS + 5), change('p9', AT_MS + 6)]);
  const kept = await again.load(['p0', 'p1', 'p2', 'p3', 'p4', 'p9'].map((key) => ({ rule: 'volume', key })));
  expect(kept.map((state) => state !== null)).toEqual([false, false, true, false, true, true]);
});

test('[6.3] no older copy of the database tells who was forgotten: what it is sealed under opens with no key that is left', async () => {
  const state = aState();
  const [ada, grace] = ['ada@example.com', 'grace@example.com'];
  const made = await state.services.pseudonyms.of([ada, grace]);
  const hers = made.get(ada) ?? '';
  const older = join(state.home, 'older');
  const [from, to] = [pathsIn(state.home), pathsIn(older)];
  mkdirSync(dirname(to.rootKey), { recursive: true });
  state.database.exec(`VACUUM INTO '${to.database}'`);
  await state.services.pseudonyms.forget([hers]);
  expect(await state.services.pseudonyms.names([...made.values()])).toEqual(
    new Map([[made.get(grace), grace]]),
  );
  copyFileSync(from.rootKey, to.rootKey);
  const copy = openedAgain({ ...state, home: older }).services.pseudonyms;
  await expect(copy.names([hers])).rejects.toMatchObject({ code: 'seal-broken' });
});

test('[6.3] who was forgotten by another process is so by this one, at once', async () => {
  const state = aState();
  const { pseudonyms } = state.services;
  const before = (await pseudonyms.of(['ada'])).get('ada') ?? '';
  await openedAgain(state).services.pseudonyms.forget([before]);
  expect((await pseudonyms.known(['ada'])).size).toBe(0);
  expect((await pseudonyms.of(['ada'])).get('ada')).not.toBe(before);
});
