import { expect, test } from 'vitest';
import { withRedisTarget } from '../../support/redis-target.ts';

const USERS = 10_000;
const CONNECTED = 200;
const world = withRedisTarget();

test('[7.2] 10,000 users are cut and restored together: what was off stays off, their connections end, nobody else’s', async () => {
  const admin = await world.logIn(world.server().adminUser, world.server().adminPassword);
  const names = Array.from({ length: USERS }, (_, index) => `u${index}`);
  const making = admin.pipeline();
  for (const [index, name] of names.entries()) {
    const state = index % 1_000 === 999 ? 'off' : 'on';
    making.call('ACL', 'SETUSER', name, state, `>old-${index}`, `~${name}:*`, '+get', '+set', '+ping');
  }
  await making.exec();
  const connected = await Promise.all(
    names.slice(0, CONNECTED).map((name, index) => world.stayIn(name, `old-${index}`)),
  );
  const bystander = await world.account();
  const other = await world.staysIn(bystander.account, bystander.password);

  const accounts = names.map((user) => ({ ref: `vault://t/${user}`, account: { user } }));
  const session = await world.session();
  const { reports, sampleRefused } = await session.cut(accounts, { ref: 'vault://t/u7', value: 'old-7' });
  expect(reports.map(({ ref }) => ref)).toEqual(accounts.map(({ ref }) => ref));
  expect(reports.filter(({ outcome }) => outcome.ok && !outcome.wasOff)).toHaveLength(USERS - 10);
  expect(reports.filter(({ outcome }) => outcome.ok && outcome.wasOff)).toHaveLength(10);
  expect(sampleRefused).toBe(true);
  expect(await Promise.all(connected.map((isThere) => isThere()))).toEqual(connected.map(() => false));
  expect(await other()).toBe(true);
  expect(await world.logsIn('u9998', 'old-9998')).toBe(false);

  const wereOn = accounts.filter((_, index) => index % 1_000 !== 999);
  expect(await session.restore(wereOn)).toEqual(wereOn.map(() => ({ ok: true })));
  expect([await world.logsIn('u9998', 'old-9998'), await world.logsIn('u9999', 'old-9999')]).toEqual([
    true,
    false,
  ]);
  admin.disconnect();
});
