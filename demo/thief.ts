import type { Client } from 'pg';
import { type Access, logIn, type Seen } from './login.ts';
import { onCommands, pause } from './witness-lines.ts';

/**
 * Holds every password as it was, keeps trying them, keeps sessions open, and from those tries to make the roles his own. He
 * shares nothing with Rekey but the driver.
 */
interface Loot extends Access {
  readonly password: string;
}

interface Session {
  readonly ref: string;
  readonly user: string;
  readonly client: Client;
  alive: boolean;
}

export interface ThiefReport {
  readonly logins: readonly { readonly ref: string; readonly atMs: number; readonly seen: Seen }[];
  readonly probes: readonly { readonly ref: string; readonly atMs: number; readonly alive: boolean }[];
  /** When he made a role's password his own. */
  readonly takeovers: readonly { readonly ref: string; readonly atMs: number }[];
}

const OWN_PASSWORD = 'the-thief-was-here';

let loot: readonly Loot[] = [];
let pauseMs = 0;
const sessions: Session[] = [];
const logins: { ref: string; atMs: number; seen: Seen }[] = [];
const probes: { ref: string; atMs: number; alive: boolean }[] = [];
const takeovers: { ref: string; atMs: number }[] = [];
let attacking = false;

async function tryOne(one: Loot, password = one.password): Promise<void> {
  const atMs = Date.now();
  const { seen, client } = await logIn(one, password);
  logins.push({ ref: one.ref, atMs, seen });
  await client?.end().catch(() => undefined);
}

async function probe(session: Session): Promise<void> {
  const atMs = Date.now();
  try {
    await session.client.query('SELECT 1');
    session.alive = true;
  } catch {
    session.alive = false;
  }
  probes.push({ ref: session.ref, atMs, alive: session.alive });
}

/** He may change the password of the role he is: no privilege is needed. */
async function takeOver(session: Session): Promise<void> {
  // From the moment he sent it, it may have worked; he waits for the answer however long the server hangs.
  const atMs = Date.now();
  try {
    await session.client.query(`ALTER ROLE CURRENT_USER PASSWORD '${OWN_PASSWORD}'`);
    takeovers.push({ ref: session.ref, atMs });
  } catch {
    session.alive = false;
  }
}

async function keepTrying(): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const one = loot[turn % loot.length];
    // Not waited for: a target that hangs does not keep him from the others.
    if (one !== undefined) void tryOne(one);
    await pause(pauseMs);
  }
}

async function keepAttacking(session: Session): Promise<void> {
  while (session.alive) {
    if (attacking) await takeOver(session);
    await pause(150);
  }
}

onCommands(async (command) => {
  switch (command['do']) {
    case 'begin': {
      loot = command['loot'] as Loot[];
      pauseMs = Number(command['pauseMs']);
      const perTarget = Map.groupBy(loot, (one) => one.port);
      for (const group of perTarget.values()) {
        for (const one of group.slice(0, Number(command['sessions']))) {
          const { client } = await logIn(one, one.password, { patient: true });
          if (client !== undefined) sessions.push({ ref: one.ref, user: one.user, client, alive: true });
        }
      }
      void keepTrying();
      for (const session of sessions) void keepAttacking(session);
      return { sessions: sessions.length };
    }
    case 'attack':
      attacking = true;
      return null;
    case 'try-all': {
      const mine = new Set(takeovers.map(({ ref }) => ref));
      const wanted = new Set(command['refs'] as string[]);
      const open = loot.filter((one) => wanted.has(one.ref));
      for (let from = 0; from < open.length; from += 8) {
        await Promise.all(
          open
            .slice(from, from + 8)
            .flatMap((one) => [tryOne(one), ...(mine.has(one.ref) ? [tryOne(one, OWN_PASSWORD)] : [])]),
        );
      }
      await Promise.all(sessions.filter((session) => wanted.has(session.ref)).map(probe));
      return null;
    }
    case 'report':
      return { logins, probes, takeovers } satisfies ThiefReport;
    default:
      throw new Error(`unknown command ${String(command['do'])}`);
  }
});
