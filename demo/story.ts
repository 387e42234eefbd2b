import type { IncidentView } from '../shared/driver/incident-view.ts';
import type { DemoOptions } from './options.ts';
import type { PostgresServer } from './postgres-servers.ts';
import { faultsOf, type Verdict, witnessed } from './verdict.ts';
import type { World } from './world.ts';

/** How the demo's incident went. */
export interface Told {
  readonly incident: string;
  readonly first: Verdict;
  /** Once the dead target was back; the same where none was dead. */
  readonly after: Verdict;
  readonly swept: Pick<IncidentView, 'provenRevoked' | 'unproven'> | null;
  readonly faults: readonly string[];
}

/** A class leaks, a thief attacks, a responder breaks the glass; people re-open, the witnesses try everything. */
export async function tellStory(
  world: World,
  demo: Pick<DemoOptions, 'cause' | 'cut' | 'deadTarget'>,
  say: (text: string) => void,
): Promise<Told> {
  const { thief, consumer, rekey } = world;
  await consumer.ask({ do: 'round', without: [] });
  const dead = demo.deadTarget === undefined ? undefined : world.servers.at(-1);
  if (dead !== undefined) {
    say(
      `${dead.id} ${demo.deadTarget === 'hanging' ? 'hangs: its processes are under SIGSTOP' : 'is stopped'}`,
    );
    await (demo.deadTarget === 'hanging' ? dead.pause() : dead.stop());
  }

  const scope = [
    'break-glass',
    '--class',
    'payments',
    '--cause',
    demo.cause,
    '--since',
    '1h',
    ...(demo.cut === undefined ? [] : ['--cut', demo.cut]),
  ];
  const planned = await rekey([...scope, '--plan', '--json']);
  const { planHash } = JSON.parse(planned.stdout) as { planHash: string };
  await thief.ask({ do: 'attack' });
  say(`$ rekey ${scope.join(' ')} --yes --plan-hash ${planHash.slice(0, 12)}…`);
  const contained = viewIn(await rekey([...scope, '--yes', '--plan-hash', planHash, '--json']));
  const view = contained.state === 'awaiting-reopen' ? await reopen(world, contained, say) : contained;
  const look = (at: IncidentView, without: PostgresServer | undefined) => {
    say('the witnesses try everything once more');
    return witnessed(world, demo, at, without);
  };
  const first = await look(view, dead);
  if (dead === undefined)
    return { incident: view.incident, first, after: first, swept: null, faults: faultsOf(first, 0) };

  await (demo.deadTarget === 'hanging' ? dead.resume() : dead.start());
  say(`${dead.id} is back\n$ rekey resume ${view.incident}`);
  const resumed = viewIn(await rekey(['resume', view.incident, '--json']));
  const after = await look(resumed, undefined);
  const faults = new Set([...faultsOf(first, resumed.unproven), ...faultsOf(after, 0)]);
  return { incident: view.incident, first, after, swept: resumed, faults: [...faults] };
}

export function viewIn({ stdout }: { readonly stdout: string }): IncidentView {
  const view = JSON.parse(stdout) as IncidentView & { error?: { message: string } };
  if (view.error !== undefined) throw new Error(view.error.message);
  return view;
}

/** Two people of the demo sign what was done. */
export async function reopen(
  { people, rekey }: World,
  { incident }: IncidentView,
  say: (text: string) => void,
): Promise<IncidentView> {
  let last = { stdout: '' };
  for (const { name, keyFile } of people) {
    say(`$ rekey reopen ${incident} --person ${name} --key ${name}.key`);
    last = await rekey(['reopen', incident, '--person', name, '--key', keyFile, '--json']);
  }
  return viewIn(last);
}
