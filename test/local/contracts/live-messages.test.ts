import { expect, test } from 'vitest';
import { createSqliteLiveMessages } from '../../../local/sqlite/live-messages.ts';
import { describeLiveMessages } from '../../contracts/live-messages.ts';
import { AT_MS } from '../../contracts/records.ts';
import { aState } from '../../support/state.ts';

describeLiveMessages('sqlite', async () => createSqliteLiveMessages(aState().database));

test('[5.5] what said its last a month ago is forgotten', async () => {
  const live = createSqliteLiveMessages(aState().database);
  await live.save({ subject: 'incident:old', finalAtMs: AT_MS });
  await live.save({ subject: 'incident:open' });
  await live.save({ subject: 'incident:new', finalAtMs: AT_MS + 30 * 86_400_000 });
  expect(await live.find('incident:old')).not.toBeNull();
  await live.save({ subject: 'incident:newer', finalAtMs: AT_MS + 30 * 86_400_000 + 1 });
  expect(await live.find('incident:old')).toBeNull();
  expect(await live.find('incident:open')).not.toBeNull();
});
