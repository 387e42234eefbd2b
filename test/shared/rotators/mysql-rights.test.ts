import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { credentialText } from '../../../shared/rotators/alternating/credential.ts';
import type { Account } from '../../../shared/rotators/rotator.ts';
import { withMariadbTarget } from '../../support/mariadb-target.ts';

const DOCUMENT = readFileSync(new URL('../../../docs/kinds/mysql.md', import.meta.url), 'utf8');
/** The statements of the documentation that give the admin something, as they stand there. */
const RIGHTS = DOCUMENT.match(/^GRANT .* TO rekey.*;$/gm) ?? [];
const [PAIR_ONLY, ALWAYS] = [
  RIGHTS.filter((right) => /UPDATE|ADMIN OPTION/.test(right)),
  RIGHTS.filter((right) => !/UPDATE|ADMIN OPTION/.test(right)),
];

const world = withMariadbTarget();
let tries = 0;

/** What each verb came to for an admin with these rights; one that could not be taken is false. */
async function everything(rights: readonly string[], alternates: boolean): Promise<boolean[]> {
  tries += 1;
  const [user, owner] = [`ledger_${tries}`, `owner_${tries}`];
  await world.sql(`DROP USER IF EXISTS rekey@'%'; DROP ROLE IF EXISTS rekey_cut`);
  await world.sql(`
    CREATE ROLE ${owner}; CREATE USER ${user}@'%' IDENTIFIED BY 'old'; GRANT ${owner} TO ${user}@'%';
    SET DEFAULT ROLE ${owner} FOR ${user}@'%'; CREATE USER rekey@'%' IDENTIFIED BY 'admin'`);
  for (const right of rights) await world.sql(right.replace(/\bledger\b/, owner));
  const stays = await world.stayIn({ ref: 'x', account: { user } }, 'old');
  const account: Account = {
    ref: 'vault://t/rights',
    account: alternates ? { user, alternate: `${user}_b`, owner } : { user },
  };
  const [old, value] = alternates
    ? [credentialText(user, 'old'), credentialText(`${user}_b`, 'new')]
    : ['old', 'new'];
  const session = await world.session({ admin: { user: 'rekey', password: 'admin' } });
  onTestFinished(() => session.close());
  await session.endWriters(['rekey/nobody']);
  const slots = alternates ? { slot: 1 as const } : {};
  const [installed] = await session.install([{ ...account, ...slots, value, turnOn: false }]);
  const mark = installed?.ok === true ? installed.mark : '';
  const item = { ...account, ...slots, value, mark, expectOff: false, old: [{ versionId: 'v', value: old }] };
  const outcomes = [
    ...(await session.inspect([account])),
    installed,
    ...(await session.verify([item])),
    ...(await session.revoke([item])),
    ...(await session.endSessions([item])),
    ...(await session.prove([item])).flat().map(({ outcome }) => outcome),
    ...(await session.cut([account], null)).reports.map(({ outcome }) => outcome),
    ...(await session.restore([account])),
  ];
  return [...outcomes.map((outcome) => outcome?.ok === true), !(await stays())];
}

const allWell = (steps: readonly boolean[]) => steps.length === 9 && steps.every(Boolean);
const came = (rights: readonly string[], alternates: boolean) =>
  everything(rights, alternates).then(allWell, () => false);

test('the rights that the documentation names are enough for everything', async () => {
  expect([ALWAYS.length, PAIR_ONLY.length]).toEqual([2, 2]);
  expect(await everything(ALWAYS, false)).toSatisfy(allWell);
  expect(await everything([...ALWAYS, ...PAIR_ONLY], true)).toSatisfy(allWell);
});

test.each([...ALWAYS, ...PAIR_ONLY])('users in turn do not get on without: %s', async (right) => {
  expect(
    await came(
      [...ALWAYS, ...PAIR_ONLY].filter((one) => one !== right),
      true,
    ),
  ).toBe(false);
});

test.each(['CREATE USER', 'PROCESS', 'CONNECTION ADMIN'])('nor does one user without %s', async (word) => {
  const fewer = ALWAYS.map((right) => right.replace(new RegExp(`${word}(, )?`), '').replace(/, ON/, ' ON'));
  expect(fewer).not.toEqual(ALWAYS);
  expect(await came(fewer, false)).toBe(false);
});
