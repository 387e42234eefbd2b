import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { withMariadb } from '../support/mariadb.ts';

const world = withMariadb();

test('a real MariaDB answers logins: right, wrong and locked, and shows a session that stays', async () => {
  await world.admin((admin) => admin.query("CREATE USER app@'%' IDENTIFIED BY 'first'"));
  expect([await world.logsIn('app', 'first'), await world.logsIn('app', 'second')]).toEqual([true, false]);
  const there = await world.stayIn('app', 'first');
  expect(await there()).toBe(true);
  await world.admin((admin) => admin.query("ALTER USER app@'%' ACCOUNT LOCK; KILL USER app"));
  expect([await world.logsIn('app', 'first'), await there()]).toEqual([false, false]);
});

test('nobody gets in without a password, and the admin’s own stands in no file', async () => {
  for (const user of ['root', '', 'mysql']) expect(await world.logsIn(user, '')).toBe(false);
  const { dataDir, adminPassword, logFile } = world.server();
  expect(readdirSync(`${dataDir}/..`)).toEqual(['mariadb', 'mariadb-tmp', 'mariadb.log']);
  expect(readFileSync(logFile, 'utf8')).not.toContain(adminPassword);
});

test('stopped and started again it has its data; paused it says nothing, resumed it goes on', async () => {
  await world.admin((admin) => admin.query("CREATE USER keeps@'%' IDENTIFIED BY 'kept'"));
  await world.server().stop();
  await expect(world.logsIn('keeps', 'kept')).rejects.toThrow('ECONNREFUSED');
  await world.server().start();
  world.server().pause();
  const login = world.logsIn('keeps', 'kept');
  expect(await Promise.race([login, setTimeout(100, 'silence')])).toBe('silence');
  world.server().resume();
  expect(await login).toBe(true);
});
