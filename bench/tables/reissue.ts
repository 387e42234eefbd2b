import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { v5 as uuidv5 } from 'uuid';
import { advanceBatch } from '../../functions/advance-batch/handler.ts';
import { cutTarget } from '../../functions/cut-target/handler.ts';
import { fenceClass } from '../../functions/fence-class/handler.ts';
import { openIncident } from '../../functions/open-incident/handler.ts';
import { planBatches } from '../../functions/plan-batches/handler.ts';
import { sealIncident } from '../../functions/seal-incident/handler.ts';
import { sweepUnfinished } from '../../functions/sweep-unfinished/handler.ts';
import { tellConsumers } from '../../functions/tell-consumers/handler.ts';
import { systemClock, systemRandom } from '../../local/system.ts';
import { createDynamoAuditChain } from '../../shared/adapters/aws/dynamodb/audit-chain.ts';
import { createDynamoRegistry } from '../../shared/adapters/aws/dynamodb/registry.ts';
import { canonicalJson, sha256Hex } from '../../shared/domain/canonical.ts';
import type { Cause } from '../../shared/domain/cause.ts';
import type { Plan } from '../../shared/domain/incident.ts';
import { STATIC_KIND } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import type { RekeyFunction } from '../../shared/driver/define-function.ts';
import { planBreakGlass } from '../../shared/driver/plan-break-glass.ts';
import { putValues } from '../../shared/driver/put-values.ts';
import type { Services } from '../../shared/driver/services.ts';
import type { EpochKey } from '../../shared/ports/keys.ts';
import type { EnrolmentChange } from '../../shared/ports/registry.ts';
import { aClass, aConsumer, aSecret, aTarget } from '../../test/contracts/records.ts';
import { MemoryTarget } from '../../test/support/memory-target.ts';
import type { Count } from './counted-client.ts';

const TARGETS = 4;
/** Long enough that nothing is handed back. */
const INVOCATION_MS = 600_000;
const KEY_NAMESPACE = '6d0f2f5e-3c57-5a0b-9d1e-6f1f0c9a7b42';

export interface Place {
  readonly client: DynamoDBClient;
  readonly registryTable: string;
  readonly auditTable: string;
}

/**
 * One incident over `secrets` secrets of four targets with one consumer, by the real functions on real tables; everything else
 * is in memory. Stages are named as the functions are. The chain's writer runs after each batch, as when the stream wakes it
 * every few seconds. Answers the secrets that ended proven.
 */
export async function reissue(
  { client, registryTable, auditTable }: Place,
  count: Count,
  { secrets, cause }: { readonly secrets: number; readonly cause: Cause },
): Promise<number> {
  const timing = { clock: systemClock, random: systemRandom };
  const registry = createDynamoRegistry(client, registryTable, timing);
  const audit = createDynamoAuditChain(client, { chain: 'bench', registryTable, auditTable }, timing);
  const targets = Array.from({ length: TARGETS }, () => new MemoryTarget());
  const plans = new Map<string, Plan>();
  const services: Services = {
    ...inMemory(plans),
    registry,
    audit,
    rotators: Object.fromEntries(
      targets.map((target, index) => [`memory${index}`, target.rotator(`memory${index}`)]),
    ),
    ...timing,
  };
  const refs = Array.from(
    { length: secrets },
    (_, index): SecretRef => `vault://prod/payments/orders-service/db-${String(index).padStart(5, '0')}`,
  );
  count.stage('enrol');
  await enrol(services, refs);
  for (const [index] of refs.entries())
    targets[index % TARGETS]?.addRole(`orders_service_${index}`, `old-${index}`);
  await audit.chainPending();

  const invoke = async (stage: string, definition: RekeyFunction, input: object) => {
    count.stage(stage);
    return (await definition.invoke(
      services,
      { v: 1, ...input },
      { untilMs: systemClock.nowMs() + INVOCATION_MS },
    )) as Record<string, unknown>;
  };
  const chain = async () => {
    count.stage('ChainAudit');
    await audit.chainPending();
  };

  count.stage('plan');
  const plan = await planBreakGlass(services, { scope: { className: 'payments' }, cause, cutNow: false });
  const planHash = sha256Hex(canonicalJson(plan));
  plans.set(planHash, plan);
  const incidentId = `inc-20261125-${planHash.slice(0, 6)}`;
  const opened = await invoke('OpenIncident', openIncident, {
    incidentId,
    planHash,
    startedBy: 'ada',
    confirmedAtMs: systemClock.nowMs(),
    again: false,
  });
  if (opened['fence'] === true) await invoke('FenceClass', fenceClass, { incidentId });
  if (opened['cut'] === true) {
    for (let target = 0; target < TARGETS; target += 1) {
      await invoke('CutTarget', cutTarget, {
        incidentId,
        targetId: `orders-db-${target}`,
      });
    }
  }
  await chain();
  const { key } = await invoke('PlanBatches', planBatches, {
    incidentId,
    round: 1,
    again: false,
  });
  for (const batch of await services.manifests.read('memory', String(key))) {
    await invoke('AdvanceBatch', advanceBatch, {
      incidentId,
      again: false,
      ...batch,
    });
    await chain();
  }
  let told = 1;
  while (told > 0) {
    ({ told } = (await invoke('TellConsumers', tellConsumers, {})) as {
      told: number;
    });
  }
  await chain();
  await invoke('SweepUnfinished', sweepUnfinished, { incidentId });
  await invoke('SealIncident', sealIncident, { incidentId });
  await chain();
  count.stage('after');
  const tallies = await registry.tally({ className: 'payments' }, plan.fromEpoch + 1);
  return tallies.reduce((sum, { proven }) => sum + proven, 0);
}

async function enrol(services: Services, refs: readonly SecretRef[]): Promise<void> {
  const owner = 'payments-team@example.com';
  const admins = Array.from({ length: TARGETS }, (_, index): SecretRef => `vault://admin/orders-db-${index}`);
  const put: EnrolmentChange['put'][] = [
    ...['payments', 'admins'].map((name) => ({ classes: [{ ...aClass(name), owner }] })),
    ...admins.map((passwordRef, index) => ({
      targets: [
        {
          ...aTarget(`orders-db-${index}`),
          kind: `memory${index}`,
          connection: {},
          admins: [{ user: 'admin', passwordRef }],
        },
      ],
    })),
    {
      consumers: [
        {
          ...aConsumer('checkout'),
          owner: 'checkout-team@example.com',
          url: 'https://checkout.example.com/rekey',
        },
      ],
    },
    ...[...admins, 'vault://webhooks/checkout' as const].map((ref) => ({
      secrets: [
        {
          ...aSecret(ref, 'admins', ''),
          owner,
          kind: STATIC_KIND,
          account: { role: 'admin' },
          consumers: [],
        },
      ],
    })),
    ...refs.map((ref, index) => ({
      secrets: [
        {
          ...aSecret(ref, 'payments', `orders-db-${index % TARGETS}`),
          owner,
          kind: `memory${index % TARGETS}`,
          account: { role: `orders_service_${index}` },
        },
      ],
    })),
  ];
  await services.registry.applyEnrolment(put.map((one) => ({ put: one, remove: {}, entries: [] })));
  await putValues(
    services,
    [
      ...admins.map((ref) => ({ ref, value: 'admin' })),
      { ref: 'vault://webhooks/checkout', value: 'whsec_AAAA' },
      ...refs.map((ref, index) => ({ ref, value: `old-${index}` })),
    ],
    { user: 'ada', source: 'local', replace: false },
  );
}

/** What the tables do not hold, with ids as long as AWS's. */
function inMemory(
  plans: ReadonlyMap<string, Plan>,
): Omit<Services, 'registry' | 'audit' | 'rotators' | 'clock' | 'random'> {
  const values = new Map<string, string>();
  const keys = new Map<string, EpochKey>();
  const manifests = new Map<string, string>();
  const setState = (id: string, state: EpochKey['state']) => {
    const key = keys.get(id);
    if (key !== undefined) keys.set(id, { ...key, state });
  };
  return {
    store: {
      async putPending(requests) {
        for (const { versionId, value } of requests) if (!values.has(versionId)) values.set(versionId, value);
        return [];
      },
      read: async (names) => names.map(({ versionId }) => values.get(versionId) ?? ''),
      promote: async () => undefined,
    },
    keys: {
      async ensure(className, epoch, initial) {
        const id = `arn:aws:kms:us-east-1:111122223333:key/${uuidv5(`${className}/${epoch}`, KEY_NAMESPACE)}`;
        const key = keys.get(id) ?? { id, className, epoch, state: initial };
        keys.set(id, key);
        return key;
      },
      keepSpares: async () => undefined,
      list: async (className) => [...keys.values()].filter((key) => key.className === className),
      close: async (id) => setState(id, 'closed'),
      open: async (id) => setState(id, 'open'),
      letProve: async () => false,
      async destroy(_className, id) {
        setState(id, 'destroyed');
        return { irrevocableAtMs: null, pending: 'the waiting period' };
      },
    },
    signer: { keyId: 'bench', publicKeyPem: '', sign: async () => new Uint8Array(64) },
    canary: {
      throughResolver: async () => ({ state: 'denied', code: 'fenced' }),
      underKey: async () => ({ state: 'denied', code: 'key-closed' }),
    },
    manifests: {
      async write(key, batches) {
        manifests.set(key, JSON.stringify(batches));
        return { bucket: 'memory', key };
      },
      read: async (_bucket, key) => JSON.parse(manifests.get(key) ?? '[]') as never,
    },
    packets: { write: async (name) => name, placeOf: (name) => name },
    plans: {
      save: async (plan) => sha256Hex(canonicalJson(plan)),
      async load(planHash) {
        const plan = plans.get(planHash);
        if (plan === undefined) throw new Error('no plan');
        return plan;
      },
    },
    notifier: { tell: async () => ({ state: 'confirmed' }) },
    workflows: {
      startBreakGlass: async () => undefined,
      standing: async () => ({ status: 'unknown' }),
      answer: async () => undefined,
      carryOn: async () => [],
    },
  };
}
