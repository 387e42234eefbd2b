import { loadNamed } from '../../local/engine/machines.ts';
import { createInterpreter } from '../../local/interpreter/interpreter.ts';
import { createSqliteJournal } from '../../local/interpreter/sqlite-journal.ts';
import { systemRandom } from '../../local/system.ts';
import { batchesOf } from '../../shared/domain/batches.ts';
import { canonicalJson, sha256Hex } from '../../shared/domain/canonical.ts';
import type { Cause } from '../../shared/domain/cause.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { advanceBatch } from '../../shared/driver/advance-batch.ts';
import { planBreakGlass } from '../../shared/driver/plan-break-glass.ts';
import { enrol } from './enrol.ts';
import type { Used } from './meter.ts';
import { type CostWorld, costWorld } from './world.ts';

export interface CostRun {
  readonly used: readonly Used[];
  readonly proven: number;
  readonly seconds: number;
}

const SCOPE = { className: 'payments' };

function refsOf(secrets: number): SecretRef[] {
  return Array.from(
    { length: secrets },
    (_, index): SecretRef => `vault://prod/payments/orders-service/db-${String(index).padStart(5, '0')}`,
  );
}

async function enrolled(secrets: number, consumers: readonly string[]): Promise<CostWorld> {
  const world = costWorld();
  await world.run(() => enrol(world, refsOf(secrets), consumers));
  return world;
}

async function counted(world: CostWorld, epoch: number, work: () => Promise<unknown>): Promise<CostRun> {
  const begunMs = world.clock.nowMs();
  world.meter.on = true;
  const endedMs = await world.run(async () => {
    await work();
    return world.clock.nowMs();
  });
  world.meter.on = false;
  const seconds = (endedMs - begunMs) / 1_000;
  const tallies = await world.clock.run(world.services.registry.tally(SCOPE, epoch));
  return {
    used: world.meter.used(),
    proven: tallies.reduce((sum, { proven }) => sum + proven, 0),
    seconds,
  };
}

/**
 * One break-glass by the machine itself, from the confirmed plan to the sealed packet, or to where a fenced class waits for
 * people; each secret has one consumer, who is told.
 */
export async function breakGlass(secrets: number, cause: Cause): Promise<CostRun> {
  const world = await enrolled(secrets, ['checkout']);
  const { services, clock, meter } = world;
  const plan = await clock.run(planBreakGlass(services, { scope: SCOPE, cause, cutNow: false }));
  const planHash = await clock.run(services.plans.save(plan));
  const incidentId = `inc-20261125-${sha256Hex(canonicalJson(plan)).slice(0, 6)}`;
  const home = world.journalHome();
  const journal = createSqliteJournal(home.database, 'break-glass');
  const interpreter = createInterpreter({
    machine: loadNamed('break-glass'),
    journal: {
      ...journal,
      commit(name, frame, forget) {
        meter.transition();
        return journal.commit(name, frame, forget);
      },
    },
    clock,
    random: systemRandom,
    readItems: ({ Bucket, Key }) => services.manifests.read(String(Bucket), String(Key)),
    invoke: (name, payload) => world.invoke(name, payload as object),
  });
  try {
    return await counted(world, plan.fromEpoch + 1, async () => {
      const input = {
        v: 1,
        incidentId,
        planHash,
        startedBy: 'ada',
        confirmedAtMs: clock.nowMs(),
        again: false,
      };
      await interpreter.start(incidentId, input);
      await Promise.race([interpreter.whenDone(incidentId), waitsForPeople(world, incidentId)]);
      await interpreter.stop();
      await everybodyTold(world);
    });
  } finally {
    home.close();
  }
}

async function waitsForPeople({ services, clock, meter }: CostWorld, incidentId: string): Promise<void> {
  for (;;) {
    await clock.sleep(1_000);
    meter.on = false;
    const incident = await services.registry.incident(incidentId);
    meter.on = true;
    if (incident?.state === 'awaiting-reopen' || incident?.state === 'sealed') return;
  }
}

/** What the tellers of the minutes after have left to do belongs to the incident. */
async function everybodyTold(world: CostWorld): Promise<void> {
  for (;;) {
    const { told } = (await world.invoke('TellConsumers', {})) as { readonly told: number };
    if (told === 0) return;
  }
}

/**
 * The re-issue alone, as a routine rotation does it: in the class's own epoch and under its key, no incident, nobody told; the
 * batches by a map as the machine's, whose transitions are counted as that one's.
 */
export async function plainReissue(secrets: number): Promise<CostRun> {
  const world = await enrolled(secrets, []);
  const { services, clock, meter } = world;
  const key = await clock.run(services.keys.ensure(SCOPE.className, 1, 'open'));
  const operation = { id: 'rot-20261125-payments', epoch: 2, keyId: key.id };
  const acting = { user: 'scheduler', operation: operation.id, source: 'rekey' };
  return counted(world, operation.epoch, async () => {
    const batches = (await world.invoke('PlanBatches', {}, async () => {
      const due = await services.registry.secretsIn(SCOPE);
      const planned = batchesOf(due, new Set());
      await services.manifests.write(operation.id, planned);
      return planned;
    })) as ReturnType<typeof batchesOf>;
    const queue = [...batches];
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
          const { targetId, secretRefs } = batch;
          meter.transition();
          await world.invoke('AdvanceBatch', {}, (untilMs) =>
            advanceBatch(services, {
              operation,
              acting,
              targetId,
              className: SCOPE.className,
              refs: secretRefs as SecretRef[],
              again: false,
              through: undefined,
              untilMs,
            }),
          );
        }
      }),
    );
    // PlanBatches, HasBatches, the map, SweepUnfinished and HasUnfinished, as in break-glass.
    for (let step = 0; step < 5; step += 1) meter.transition();
    await world.invoke('SweepUnfinished', {}, () => services.registry.tally(SCOPE, operation.epoch));
  });
}
