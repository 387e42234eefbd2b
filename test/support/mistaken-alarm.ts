import { FUNCTIONS } from '../../local/engine/functions.ts';
import type { Cause } from '../../shared/domain/cause.ts';
import { applyPeople } from './people.ts';
import { aWorld, type World, type WorldOptions } from './world.ts';

/** Cut at every target (and fenced, by its cause), and nothing re-issued: ada and grace find that there was no reason to. */
export async function aMistakenAlarm(options: WorldOptions & { readonly cause?: Cause } = {}): Promise<{
  readonly world: World;
  readonly id: string;
  /** One step of the machine. */
  readonly step: (name: string, input?: object) => Promise<unknown>;
  /** Takes one secret through its re-issue. */
  readonly reissue: (index: number) => Promise<unknown>;
}> {
  const world = await aWorld(options);
  await applyPeople(world, ['ada', 'grace']);
  const id = 'inc-alarm';
  const step = async (name: string, input: object = {}) =>
    FUNCTIONS.get(name)?.invoke(
      world.state.services,
      { v: 1, incidentId: id, ...input },
      { untilMs: Date.now() + 30_000 },
    );
  const planHash = await world.plan(options.cause ?? 'reader-compromised', { cutNow: true });
  await step('OpenIncident', { planHash, startedBy: 'r', confirmedAtMs: Date.now(), again: false });
  await step('FenceClass');
  for (const [index] of world.targets.entries()) await step('CutTarget', { targetId: `db${index}` });
  return {
    world,
    id,
    step,
    reissue: (index) =>
      step('AdvanceBatch', {
        targetId: `db${index % world.targets.length}`,
        secretRefs: [world.refs[index]],
        again: false,
      }),
  };
}
