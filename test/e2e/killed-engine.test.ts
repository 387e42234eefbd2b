import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type LocalPlane, openLocalPlane } from '../../demo/local-plane.ts';
import { createWorld, type World } from '../../demo/world.ts';
import { openState } from '../../local/state.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { seededRandom } from '../support/clock.ts';

/** Printed, so that a run that fails can be made again: `REKEY_SEED=… npm test`. */
const SEED = Number(process.env['REKEY_SEED'] ?? 20261124);
const SECRETS = 60;

/** Each phase of an incident, told by the newest kind of entry in the audit. */
const PHASES = [
  'incident-open',
  'cut',
  'claim',
  'store',
  'install',
  'end-sessions',
  'verify',
  'promote',
  'prove',
  'settle',
] as const;

async function pidOf(home: string): Promise<number> {
  const file = join(home, 'engine.pid');
  await expect.poll(() => existsSync(file)).toBe(true);
  return Number(readFileSync(file, 'utf8'));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** kill −9 as soon as the phase has begun, after a few more entries of it, by the seed. */
async function killIn(
  phase: (typeof PHASES)[number],
  world: World<LocalPlane>,
  more: number,
): Promise<boolean> {
  const state = openState(world.plane.home);
  try {
    const seen = state.database.prepare('SELECT count(*) AS n FROM audit WHERE action = ?');
    const ended = state.database.prepare("SELECT count(*) AS n FROM audit WHERE action = 'seal'");
    for (;;) {
      if (Number(seen.get(phase)?.['n']) > more) {
        const pid = await pidOf(world.plane.home);
        if (!isAlive(pid)) continue;
        process.kill(pid, 'SIGKILL');
        return true;
      }
      if (Number(ended.get()?.['n']) > 0) return false;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  } finally {
    state.close();
  }
}

test.each(PHASES)(
  '[5.4] the engine is killed while in %s; the next command comes to the same end',
  async (phase) => {
    const random = seededRandom(SEED + PHASES.indexOf(phase));
    const [byte = 0] = random.bytes(1);
    const more = phase === 'incident-open' ? 0 : Math.floor((byte / 256) * (SECRETS / 2));
    process.stdout.write(`seed ${SEED}: kill in ${phase} after ${more} entries\n`);
    const cleanups: (() => void | Promise<void>)[] = [];
    try {
      const world = await createWorld({
        secrets: SECRETS,
        deadline: '15m',
        say: () => undefined,
        cleanups,
        openPlane: openLocalPlane,
      });
      const { home } = world.plane;
      const scope = ['break-glass', '--class', 'payments', '--cause', 'values-leaked', '--cut', 'now'];
      const { planHash } = JSON.parse(
        (await world.rekey([...scope, '--plan', '--json'], { quiet: true })).stdout,
      ) as { planHash: string };
      const running = world.rekey([...scope, '--yes', '--plan-hash', planHash, '--json'], {
        quiet: true,
      });
      expect(await killIn(phase, world, more)).toBe(true);
      // Whoever watches starts the next engine; so would any other command.
      await running;
      const state = openState(home);
      try {
        const refs = world.accounts.map((account) => account.ref as SecretRef);
        const versions = await state.services.registry.versions({ refs });
        const fates = Object.fromEntries(
          [...Map.groupBy(versions, (version) => version.fate)].map(([fate, group]) => [fate, group.length]),
        );
        expect(fates).toEqual({ live: SECRETS, 'revoked-proven': SECRETS });
        const secrets = await state.services.registry.secrets(refs);
        expect(secrets.every((secret) => secret.ordinal === 2)).toBe(true);
        const { stdout } = await world.rekey(['watch', '--json'], { quiet: true });
        expect(JSON.parse(stdout)).toMatchObject({ provenRevoked: SECRETS, unproven: 0 });
      } finally {
        state.close();
      }
      await world.consumer.ask({ do: 'round', without: [] });
      const { logins } = await world.consumer.ask<{ logins: { ref: string; seen: string }[] }>({
        do: 'report',
      });
      const last = new Map(logins.map((login) => [login.ref, login.seen]));
      expect([...last.values()].every((seen) => seen === 'ready')).toBe(true);
    } finally {
      for (const cleanup of cleanups.toReversed()) await cleanup();
    }
  },
);
