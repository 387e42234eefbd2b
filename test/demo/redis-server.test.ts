import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { withRedis } from '../support/redis.ts';

const world = withRedis();

test('a real Redis answers logins: right, wrong and off, and shows a connection that stays', async () => {
  await world.admin('ACL SETUSER app on >first +ping');
  expect([await world.logsIn('app', 'first'), await world.logsIn('app', 'second')]).toEqual([true, false]);
  const there = await world.stayIn('app', 'first');
  expect(await there()).toBe(true);
  await world.admin('ACL SETUSER app off');
  await world.admin('CLIENT KILL USER app');
  expect([await world.logsIn('app', 'first'), await there()]).toEqual([false, false]);
});

test('nobody gets in without a password, and the admin’s own stands in no file', async () => {
  expect(await world.logsIn('default', '')).toBe(false);
  const { folder, adminPassword } = world.server();
  const text = ['redis.conf', 'users.acl'].map((file) => readFileSync(`${folder}/${file}`, 'utf8')).join();
  expect(text).toContain('user rekey_admin');
  expect(text).not.toContain(adminPassword);
});

test('started again it has the users that it saved; paused it says nothing, resumed it goes on', async () => {
  await world.admin('ACL SETUSER keeps on >kept');
  await world.admin('ACL SAVE');
  await world.admin('ACL SETUSER keeps resetpass >unsaved');
  await world.server().stop();
  await expect(world.logsIn('keeps', 'kept')).rejects.toThrow('ECONNREFUSED');
  await world.server().start();
  world.server().pause();
  const login = world.logsIn('keeps', 'kept');
  expect(await Promise.race([login, setTimeout(100, 'silence')])).toBe('silence');
  world.server().resume();
  expect(await login).toBe(true);
});
