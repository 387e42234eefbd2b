import { escapeIdentifier, escapeLiteral } from 'pg';
import { credentialText } from '../../shared/rotators/alternating/credential.ts';
import type { Account } from '../../shared/rotators/rotator.ts';
import type { withPostgres } from './postgres.ts';

let pairs = 0;

/**
 * An account as docs/kinds/postgres.md has it made: an owner with a table of its own, and a first role that acts as it. The
 * second is not there yet.
 */
export async function aPair(
  world: ReturnType<typeof withPostgres>,
  { second = false, names = undefined as readonly [string, string, string] | undefined } = {},
) {
  pairs += 1;
  const [role, alternate, owner] = names ?? [`led_${pairs}_a`, `led_${pairs}_b`, `led_${pairs}`];
  const password = `canary-first-${pairs}`;
  const [first, other, own] = [role, alternate, owner].map((name) => escapeIdentifier(name));
  await world.admin(async (client) => {
    await client.query(`
      CREATE ROLE ${own} NOLOGIN;
      CREATE SCHEMA ${own} AUTHORIZATION ${own};
      CREATE TABLE ${own}.entries (amount int);
      ALTER TABLE ${own}.entries OWNER TO ${own};
      CREATE ROLE ${first} LOGIN PASSWORD ${escapeLiteral(password)} IN ROLE ${own};
      ALTER ROLE ${first} SET role TO ${escapeLiteral(owner)};`);
    if (second) await client.query(`CREATE ROLE ${other} LOGIN PASSWORD 'somebody-knew-it' IN ROLE ${own}`);
  });
  const account: Account = { ref: `vault://t/pair-${pairs}`, account: { role, alternate, owner } };
  return { account, role, alternate, owner, password, value: credentialText(role, password) };
}

/** Who logs in with a value, and as an account that `withPostgres` knows. */
export function loginOf(value: string): { account: Account; password: string } {
  const { username, password } = JSON.parse(value) as { username: string; password: string };
  return { account: { ref: 'vault://t/login', account: { role: username } }, password };
}
