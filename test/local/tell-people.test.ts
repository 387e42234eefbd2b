import { expect, test } from 'vitest';
import { openState } from '../../local/state.ts';
import { NOTICE_KINDS } from '../../shared/domain/notice.ts';
import { putValues } from '../../shared/driver/put-values.ts';
import { aSecret } from '../contracts/records.ts';
import { aWebServer } from '../support/web-server.ts';
import { aWorld } from '../support/world.ts';

const KEY = 'vault://hooks/pager';

test('[5.5] on one machine people are told by webhook of what befalls a class, and the audit shows who was', async () => {
  const { url, sent } = await aWebServer(() => ({ body: '{"seen":true}' }));
  const world = await aWorld({ secrets: 2 });
  const { services } = world.state;
  const { registry, audit } = services;
  const record = await registry.classNamed('payments');
  if (record === null) throw new Error('no class');
  const to = { by: 'webhook', url, signingKeyRef: KEY } as const;
  const policy = { ...record.policy, notify: [{ events: NOTICE_KINDS, to }] };
  const secrets = [{ ...aSecret(KEY, 'admins', ''), kind: 'static', consumers: [] }];
  const put = { classes: [{ ...record, policy }], secrets };
  await registry.applyEnrolment([{ put, remove: {}, entries: [] }]);
  const value = `whsec_${Buffer.alloc(24, 'key').toString('base64')}`;
  await putValues(services, [{ ref: KEY, value }], { user: 'tester', source: 'test', replace: false });

  const { id } = await world.breakGlass('values-leaked', { cutNow: true });
  // Whatever the last engine's end left to be told, the next one's looks find.
  await expect
    .poll(
      async () => {
        await world.carryOn();
        return new Set(sent.map(({ body }) => (JSON.parse(body) as { type: string }).type));
      },
      { timeout: 30_000 },
    )
    .toEqual(new Set(['rekey.incident-opened', 'rekey.incident-contained', 'rekey.incident-sealed']));
  expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(sent.length);

  const told = (await audit.find({ operation: id, action: ['tell', 'confirm'] })).filter(
    ({ recipient }) => recipient !== undefined,
  );
  expect(
    told.map(({ action, outcome, by, recipient, reason }) => [action, outcome, by, recipient, reason]),
  ).toEqual(
    expect.arrayContaining([
      ['tell', 'success', 'webhook', url, 'incident-opened'],
      ['confirm', 'success', 'webhook', url, 'incident-sealed'],
    ]),
  );
  const shown = JSON.stringify([told, sent]);
  expect(shown).not.toContain(value);
  // Told once: another engine on the same state has nothing left to tell.
  const before = sent.length;
  await world.carryOn();
  const again = openState(world.home);
  expect(
    await again.services.registry.noticesDue('webhook', services.clock.nowMs() + 86_400_000, 10),
  ).toEqual([]);
  again.close();
  expect(sent).toHaveLength(before);
});
