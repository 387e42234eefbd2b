import type { IncidentView } from '../shared/driver/incident-view.ts';
import type { ConsumerReport } from './consumer.ts';
import type { DemoOptions } from './options.ts';
import type { PostgresServer } from './postgres-servers.ts';
import type { ThiefReport } from './thief.ts';
import { countObservations, type WitnessCounts } from './witness-report.ts';
import type { World } from './world.ts';

interface PacketFile {
  readonly payload: {
    readonly confirmedAtMs: number;
    readonly secrets: readonly {
      readonly ref: string;
      readonly target: string;
      readonly standing: string;
      readonly parked: string | null;
      readonly versions: readonly { readonly current: boolean; readonly provenAtMs: number | null }[];
    }[];
  };
}

/** What Rekey says of an incident, and what the witnesses saw of it. */
export type Verdict = Pick<
  IncidentView,
  'secrets' | 'provenRevoked' | 'unproven' | 'containMs' | 'cutMs' | 'reissueMs' | 'proveMs'
> &
  WitnessCounts & {
    readonly packet: string;
    readonly parked: readonly string[];
    readonly reachableUnproven: number;
  };

/** Lets the witnesses try everything once more, then counts what they saw. */
export async function witnessed(
  { thief, consumer, plane }: World,
  demo: Pick<DemoOptions, 'cause' | 'cut'>,
  view: IncidentView,
  dead: PostgresServer | undefined,
): Promise<Verdict> {
  const packet = view.packet ?? '';
  const { payload } = JSON.parse(await plane.readPacket(packet)) as PacketFile;
  const provenAtMs = new Map(
    payload.secrets.flatMap(({ ref, standing, versions }) =>
      standing === 'proven'
        ? [[ref, Math.max(...versions.map((version) => version.provenAtMs ?? 0))] as const]
        : [],
    ),
  );
  await thief.ask({ do: 'try-all', refs: [...provenAtMs.keys()] });
  await consumer.ask({ do: 'round', without: dead === undefined ? [] : [dead.port] });
  const closed = demo.cause !== 'values-leaked' || demo.cut === 'now';
  const untilMs =
    payload.confirmedAtMs +
    Math.max(view.reopenMs ?? 0, view.proveMs ?? view.reissueMs ?? Number.POSITIVE_INFINITY);
  const counts = countObservations({
    thief: await thief.ask<ThiefReport>({ do: 'report' }),
    consumer: await consumer.ask<ConsumerReport>({ do: 'report' }),
    provenAtMs,
    confirmedAtMs: payload.confirmedAtMs,
    closed: closed ? { fromMs: payload.confirmedAtMs, toMs: untilMs } : null,
  });
  const parked = payload.secrets.filter((secret) => secret.parked !== null);
  return {
    secrets: view.secrets,
    provenRevoked: view.provenRevoked,
    unproven: view.unproven,
    ...counts,
    containMs: view.containMs,
    cutMs: view.cutMs,
    reissueMs: view.reissueMs,
    proveMs: view.proveMs,
    packet,
    parked: parked.map((secret) => secret.ref),
    reachableUnproven: payload.secrets.filter(
      (secret) => secret.standing !== 'proven' && secret.target !== dead?.id,
    ).length,
  };
}

/** In words; none where all is as it should be. `unswept`: not proven once the dead target was back. */
export function faultsOf(result: Verdict, unswept: number): string[] {
  const faults: string[] = [];
  const expect = (fine: boolean, fault: string) => {
    if (!fine) faults.push(fault);
  };
  expect(
    result.stolenLoginsAfterProof === 0,
    `${result.stolenLoginsAfterProof} stolen credentials still work`,
  );
  expect(result.stolenSessionsAlive === 0, `${result.stolenSessionsAlive} stolen sessions are alive`);
  expect(
    result.reachableUnproven === 0,
    `${result.reachableUnproven} proofs are missing that a reachable target could give`,
  );
  expect(unswept === 0, `${unswept} were not swept`);
  expect(
    result.consumerFailuresOutsideFence === 0,
    `the consumer was locked out ${result.consumerFailuresOutsideFence} times`,
  );
  expect(
    result.notTriedAfterProof.length === 0,
    `${result.notTriedAfterProof.length} stolen credentials were not tried after their proof`,
  );
  expect(
    result.withoutLoginBefore.length === 0,
    `${result.withoutLoginBefore.length} secrets had no consumer login before`,
  );
  expect(
    result.withoutLoginAfter.length === 0,
    `${result.withoutLoginAfter.length} secrets had no consumer login after`,
  );
  return faults;
}
