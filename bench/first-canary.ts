import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runEngine } from '../local/engine/engine.ts';
import { createStartRequests } from '../local/sqlite/start-requests.ts';
import { openState, type State } from '../local/state.ts';
import { toRecords } from '../shared/domain/config/records.ts';
import { ConfigFile } from '../shared/domain/config/schema.ts';
import { planBreakGlass } from '../shared/driver/plan-break-glass.ts';
import { putValues } from '../shared/driver/put-values.ts';

/** Nobody listens there: the canary asks the resolver, the targets play no part. */
const NOWHERE = { host: '127.0.0.1', port: 1, tls: 'disable' };

export interface CanaryWorld {
  denied(round: number): Promise<number>;
  stop(): void;
}

/** A class of `count` secrets that have values, on a state of its own. */
export async function createCanaryWorld(count: number): Promise<CanaryWorld> {
  const home = mkdtempSync(join(tmpdir(), 'rekey-bench-canary-'));
  const state = openState(home);
  const secrets = Array.from({ length: count }, (_, index) => ({
    ref: `vault://p/s${index}`,
    class: 'payments',
    tenant: 'acme',
    target: 'nowhere',
    account: { role: `app_${index}` },
  }));
  const config = ConfigFile.parse({
    version: 1,
    targets: {
      nowhere: {
        kind: 'postgres',
        connection: NOWHERE,
        admins: [{ user: 'admin', password: 'vault://admin/nowhere' }],
      },
    },
    classes: {
      payments: { owner: 'bench', maxAge: '30d' },
      admins: { owner: 'bench', maxAge: '30d' },
    },
    secrets: [{ ref: 'vault://admin/nowhere', class: 'admins', tenant: 'platform' }, ...secrets],
  });
  await state.services.registry.applyEnrolment([{ put: toRecords(config), remove: {}, entries: [] }]);
  await putValues(
    state.services,
    secrets.map(({ ref }) => ({ ref, value: 'bench' })),
    { user: 'bench', source: 'test', replace: false },
  );
  return {
    denied: (round) => firstDenial(state, home, round),
    stop() {
      state.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Milliseconds from the confirmed plan, through the machine, to a reader of our own being denied by the resolver. */
async function firstDenial({ services, database }: State, home: string, round: number): Promise<number> {
  const plan = await planBreakGlass(services, {
    scope: { className: 'payments' },
    cause: 'reader-compromised',
    cutNow: false,
  });
  const planHash = await services.plans.save(plan);
  const incidentId = `inc-canary-${round}`;
  const ending = new AbortController();
  const engine = runEngine(home, { signal: ending.signal });
  const confirmedAtMs = services.clock.nowMs();
  createStartRequests(database).ask({
    name: incidentId,
    machine: 'break-glass',
    input: { v: 1, incidentId, planHash, startedBy: 'bench', confirmedAtMs, again: false },
  });
  for (;;) {
    const incident = await services.registry.incident(incidentId);
    const seen = incident?.layers.find(({ layer, state }) => layer === 'resolver' && state === 'observed');
    if (incident !== null && seen?.atMs !== undefined) {
      ending.abort();
      await engine;
      await services.registry.saveIncident(
        (await services.registry.incident(incidentId)) ?? incident,
        { lift: true, end: true },
        [],
      );
      database.exec('UPDATE execution SET ended = 1');
      return seen.atMs - confirmedAtMs;
    }
    await services.clock.sleep(2);
  }
}
