import { expect, test } from 'vitest';
import { createSqliteSlackInbox } from '../../../local/sqlite/slack-inbox.ts';
import { aMessage, describeSlackInbox } from '../../contracts/slack-inbox.ts';
import { FrozenClock } from '../../support/clock.ts';
import { aState, openedAgain } from '../../support/state.ts';

function anInbox() {
  const state = aState();
  const clock = new FrozenClock();
  const inbox = createSqliteSlackInbox(state.database, clock);
  const take = async () => {
    const waiting = inbox.waiting();
    for (const { id } of waiting) inbox.acted(id);
    return waiting;
  };
  return { state, clock, inbox, take };
}

describeSlackInbox('sqlite', async () => anInbox());

test('[F.1] it waits until it was acted upon, whoever opens the state', async () => {
  const { state, clock, inbox } = anInbox();
  const message = aMessage();
  await inbox.hand(message);
  const other = createSqliteSlackInbox(openedAgain(state).database, clock);
  expect([inbox.waiting(), other.waiting()]).toEqual([[message], [message]]);
  other.acted(message.id);
  expect(inbox.waiting()).toEqual([]);
});

test('[F.1] what Slack sends once more is there once, also when it was acted upon; then it is forgotten', async () => {
  const { state, clock, inbox, take } = anInbox();
  const message = aMessage();
  await inbox.hand(message);
  await inbox.hand({ ...message, atMs: message.atMs + 1_000 });
  expect(await take()).toEqual([message]);
  await inbox.hand(message);
  expect(await take()).toEqual([]);
  const kept = () => state.database.prepare('SELECT doc FROM slack_inbox').all();
  expect(kept()).toEqual([{ doc: '' }]);
  clock.ms += 3_600_001;
  await inbox.hand(aMessage());
  expect(kept()).toHaveLength(1);
});
