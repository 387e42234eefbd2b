import { runEngine } from '../local/engine/engine.ts';
import { FUNCTIONS } from '../local/engine/functions.ts';
import { createStartRequests } from '../local/sqlite/start-requests.ts';
import { planBreakGlass } from '../shared/driver/plan-break-glass.ts';
import { type BenchWorld, turnOn } from './world.ts';

const HEALTHY = ['db1', 'db2'];

/** A quarter of the targets stopped, a quarter hanging, or back. */
export async function setDead(world: BenchWorld, dead: boolean): Promise<void> {
  const [, , stopped, hanging] = world.servers;
  if (dead) {
    await stopped?.stop();
    hanging?.pause();
  } else {
    await stopped?.start();
    hanging?.resume();
  }
}

/** Milliseconds until every secret at the healthy targets is proven: of a class on those alone, or of one on all four. */
export async function reissueHealthy(
  world: BenchWorld,
  className: 'healthy' | 'payments',
  round: number,
): Promise<number> {
  const { services, database } = world.state;
  const plan = await planBreakGlass(services, {
    scope: { className },
    cause: 'values-leaked',
    cutNow: false,
  });
  const planHash = await services.plans.save(plan);
  const incidentId = `inc-dead-${className}-${round}`;
  const confirmedAtMs = services.clock.nowMs();
  const input = { v: 1, incidentId, planHash, startedBy: 'bench', confirmedAtMs, again: false };
  createStartRequests(database).ask({ name: incidentId, machine: 'break-glass', input });
  await runEngine(world.home, { idleMs: 0 });
  const refs = plan.secrets.filter((secret) => HEALTHY.includes(secret.target)).map((secret) => secret.ref);
  const proven = (await services.registry.versions({ refs })).flatMap(({ proven: seen }) =>
    seen !== undefined && seen.atMs >= confirmedAtMs ? [seen.atMs] : [],
  );
  if (proven.length !== refs.length)
    throw new Error(`${proven.length} of ${refs.length} at the healthy targets were proven`);
  return proven.reduce((a, b) => Math.max(a, b)) - confirmedAtMs;
}

/** Milliseconds until the healthy targets were seen cut. */
export async function cutHealthy(
  world: BenchWorld,
  className: 'healthy' | 'payments',
  round: number,
): Promise<number> {
  const { services } = world.state;
  const plan = await planBreakGlass(services, { scope: { className }, cause: 'values-leaked', cutNow: true });
  const planHash = await services.plans.save(plan);
  const incidentId = `inc-deadcut-${className}-${round}`;
  const confirmedAtMs = services.clock.nowMs();
  const context = { untilMs: confirmedAtMs + 60_000 };
  const call = async (name: string, input: object) =>
    FUNCTIONS.get(name)?.invoke(services, { v: 1, incidentId, ...input }, context);
  await call('OpenIncident', { planHash, startedBy: 'bench', confirmedAtMs, again: false });
  const targets = [...new Set(plan.secrets.map((secret) => secret.target))];
  await Promise.all(targets.map((targetId) => call('CutTarget', { targetId })));
  const incident = await services.registry.incident(incidentId);
  const seen =
    incident?.layers.filter((layer) => layer.state === 'observed' && HEALTHY.includes(layer.target ?? '')) ??
    [];
  if (incident === null || seen.length !== HEALTHY.length)
    throw new Error('the healthy targets were not seen cut');
  for (const cut of await services.registry.cuts(incidentId))
    await services.registry.undoCut(cut, cut.cut, []);
  await services.registry.saveIncident({ ...incident, state: 'restored' }, { lift: true, end: true }, []);
  for (const { id } of world.servers) await services.registry.setBreaker(id, null);
  await turnOn(world, className === 'healthy' ? world.healthyRoles : world.rekeyRoles, HEALTHY);
  return Math.max(...seen.map((layer) => layer.atMs ?? 0)) - confirmedAtMs;
}
