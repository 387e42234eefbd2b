import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createAppender } from '../../local/sqlite/append-together.ts';
import { AT_MS } from '../contracts/records.ts';
import { aState } from '../support/state.ts';

const aRead = (id: string) =>
  ({
    v: 1,
    id,
    atMs: AT_MS,
    action: 'read',
    outcome: 'success',
    actor: { user: 'ada' },
    source: 'x',
  }) as const;

test('[6.3] entries that are asked for at one moment are one commit, and all of them are there when it resolves', async () => {
  const { database, services } = aState();
  const began: string[] = [];
  const exec = database.exec.bind(database);
  database.exec = (sql) => {
    began.push(sql);
    exec(sql);
  };
  const append = createAppender(database);
  await Promise.all(['a', 'b', 'c'].map((id) => append([aRead(id)])));
  await turn();
  expect(began).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
  expect((await services.audit.find({ action: ['read'] })).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
});

test('[6.3] where the commit fails it has failed for each of them, and the next one is its own', async () => {
  const { database, services } = aState();
  const append = createAppender(database);
  database.exec(
    "CREATE TEMP TRIGGER refuse BEFORE INSERT ON audit WHEN NEW.id = 'b' BEGIN SELECT RAISE(ABORT, 'no'); END",
  );
  const answers = await Promise.allSettled(['a', 'b'].map((id) => append([aRead(id)])));
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await append([aRead('c')]);
  expect((await services.audit.find({ action: ['read'] })).map(({ id }) => id)).toEqual(['c']);
});
