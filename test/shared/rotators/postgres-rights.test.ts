import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { credentialText } from '../../../shared/rotators/alternating/credential.ts';
import type { Account } from '../../../shared/rotators/rotator.ts';
import { withPostgres } from '../../support/postgres.ts';

const DOCUMENT = readFileSync(new URL('../../../docs/kinds/postgres.md', import.meta.url), 'utf8');
/** The statements of the documentation that make the admin and give it something, as they stand there. */
const RIGHTS = DOCUMENT.match(/^(CREATE ROLE rekey .*|GRANT .* TO rekey.*);$/gm) ?? [];

const world = withPostgres();
let tries = 0;

async function everything(rights: readonly string[], alternates: boolean): Promise<boolean[]> {
  tries += 1;
  const [role, owner, admin] = [`led_a_${tries}`, `led_${tries}`, `rekey_${tries}`];
  const named = (right: string) =>
    right
      .replace(/\bledger_a\b/, role)
      .replace(/\bledger\b/, owner)
      .replace(/\brekey\b(?!\.)/, admin)
      .replace('…', 'admin');
  await world.admin(async (client) => {
    await client.query(`
      CREATE ROLE ${owner} NOLOGIN; CREATE ROLE ${role} LOGIN PASSWORD 'old' IN ROLE ${owner};
      ALTER ROLE ${role} SET role = '${owner}'`);
    for (const right of rights) await client.query(named(right));
  });
  const stays = await world.stayIn({ ref: 'x', account: { role } }, 'old');
  const account: Account = {
    ref: 'vault://t/rights',
    account: alternates ? { role, alternate: `${role}_b`, owner } : { role },
  };
  const [old, value] = alternates
    ? [credentialText(role, 'old'), credentialText(`${role}_b`, 'new')]
    : ['old', 'new'];
  const session = await world.session(`rekey/rights/${tries}`, { user: admin, password: 'admin' });
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

test('the rights that the documentation names are enough for everything, without a superuser', async () => {
  expect(RIGHTS).toHaveLength(5);
  expect(await everything(RIGHTS.slice(0, 3), false)).toSatisfy(allWell);
  expect(await everything(RIGHTS, true)).toSatisfy(allWell);
});

test('two roles in turn do not get on without the right over their owner', async () => {
  expect(await everything(RIGHTS.slice(0, 3), true)).not.toSatisfy(allWell);
});
