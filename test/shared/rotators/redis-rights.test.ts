import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RekeyError } from '../../../shared/domain/errors.ts';
import { withRedisTarget } from '../../support/redis-target.ts';

const DOCUMENT = readFileSync(new URL('../../../docs/kinds/redis.md', import.meta.url), 'utf8');
const LINE = /^ACL SETUSER rekey on >PASSWORD .*$/m.exec(DOCUMENT)?.[0] ?? '';
const RIGHTS = LINE.split(' ').filter((word) => word.startsWith('+'));

const inFile = withRedisTarget();
const inConfiguration = withRedisTarget({ usersIn: 'config' });
let admins = 0;

/** Everything that is ever done at a target, as this admin: what each step came to. Throws where a step could not be taken. */
async function everything(world: typeof inFile, rights: readonly string[]): Promise<boolean[]> {
  admins += 1;
  const admin = { user: `rekey_${admins}`, password: 'admin' };
  await world.admin(['ACL SETUSER', admin.user, 'on >admin -@all', ...rights].join(' '));
  const { account, password } = await world.account();
  const gone = { ...(await world.account()).account, identity: 'seen' };
  await world.admin(`ACL DELUSER ${gone.account['user']}`);
  await world.getsIn(account, password);
  const stays = await world.staysIn(account, password);
  const session = await world.session({ admin });
  await session.endWriters(['rekey/nobody']);
  const value = `new-${admins}`;
  const [installed] = await session.install([{ ...account, value, turnOn: false }]);
  const mark = installed?.ok === true ? installed.mark : '';
  const item = { ...account, value, mark, expectOff: false, old: [{ versionId: 'v', value: password }] };
  const outcomes = [
    ...(await session.inspect([account])),
    installed,
    ...(await session.verify([item])),
    ...(await session.revoke([item])),
    ...(await session.endSessions([item])),
    ...(await session.prove([item, { ...item, ...gone }])).flat().map(({ outcome }) => outcome),
    ...(await session.cut([account], null)).reports.map(({ outcome }) => outcome),
    ...(await session.restore([account])),
  ];
  return [...outcomes.map((outcome) => outcome?.ok === true), !(await stays())];
}

const allWell = (steps: readonly boolean[]) => steps.length === 10 && steps.every(Boolean);

test('the rights that the documentation names are enough for everything, where users have a file of their own', async () => {
  expect(RIGHTS.length).toBeGreaterThan(5);
  expect(await everything(inFile, RIGHTS)).toSatisfy(allWell);
});

test('where users stand in the configuration it takes one more', async () => {
  expect(await everything(inConfiguration, [...RIGHTS, '+config|rewrite'])).toSatisfy(allWell);
  expect(await everything(inConfiguration, RIGHTS)).not.toSatisfy(allWell);
});

test.each(RIGHTS)('without %s it is not', async (right) => {
  const fewer = RIGHTS.filter((one) => one !== right);
  const came = await everything(inFile, fewer).then(allWell, (error: unknown) =>
    error instanceof RekeyError ? error.code : error,
  );
  // Refused as a whole, or a step of it.
  expect(['admin-lacks-right', false]).toContain(came);
});
