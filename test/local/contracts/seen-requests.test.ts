import { expect, test } from 'vitest';
import { createSqliteSeenRequests } from '../../../local/sqlite/seen-requests.ts';
import { AT_MS } from '../../contracts/records.ts';
import { describeSeenRequests } from '../../contracts/seen-requests.ts';
import { FrozenClock } from '../../support/clock.ts';
import { aState, openedAgain } from '../../support/state.ts';

describeSeenRequests('sqlite', async () => {
  const state = aState();
  const clock = new FrozenClock(AT_MS);
  return {
    seen: createSqliteSeenRequests(state.database, clock),
    other: createSqliteSeenRequests(openedAgain(state).database, clock),
    pass: (ms) => {
      clock.ms += ms;
    },
  };
});

test('[F.1] what has passed is gone: the table is as long as its window', async () => {
  const { database } = aState();
  const clock = new FrozenClock(AT_MS);
  const seen = createSqliteSeenRequests(database, clock);
  for (let request = 0; request < 50; request += 1) {
    await seen.note(`signature-${request}`, clock.ms + 10_000);
    clock.ms += 1_000;
  }
  expect(database.prepare('SELECT count(*) AS kept FROM slack_seen').get()).toEqual({ kept: 11 });
});
