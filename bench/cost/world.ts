import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { FUNCTIONS } from '../../local/engine/functions.ts';
import { openDatabase } from '../../local/sqlite/database.ts';
import { systemRandom } from '../../local/system.ts';
import { createLocalWorkers } from '../../local/workers.ts';
import { createDynamoAuditChain } from '../../shared/adapters/aws/dynamodb/audit-chain.ts';
import { createDynamoAuditView } from '../../shared/adapters/aws/dynamodb/audit-view.ts';
import { createDynamoCases } from '../../shared/adapters/aws/dynamodb/cases.ts';
import { createDynamoDeadLetters } from '../../shared/adapters/aws/dynamodb/dead-letters.ts';
import { createDynamoFingerprints } from '../../shared/adapters/aws/dynamodb/fingerprints.ts';
import { createDynamoPace } from '../../shared/adapters/aws/dynamodb/pace.ts';
import { createDynamoPseudonyms } from '../../shared/adapters/aws/dynamodb/pseudonyms.ts';
import { createDynamoRegistry } from '../../shared/adapters/aws/dynamodb/registry.ts';
import { createKmsEpochKeys } from '../../shared/adapters/aws/kms/epoch-keys.ts';
import { createAwsNaming } from '../../shared/adapters/aws/naming.ts';
import { createS3Manifests } from '../../shared/adapters/aws/s3/manifests.ts';
import { createS3Packets } from '../../shared/adapters/aws/s3/packets.ts';
import { createS3Plans } from '../../shared/adapters/aws/s3/plans.ts';
import { createSecretsManagerStore } from '../../shared/adapters/aws/secrets-manager/secret-store.ts';
import { createCanary } from '../../shared/driver/canary.ts';
import { fingerprinting } from '../../shared/driver/leaks/fingerprinting-store.ts';
import { createResolver } from '../../shared/driver/resolver.ts';
import type { Services } from '../../shared/driver/services.ts';
import { keyRoles } from '../../test/support/key-roles.ts';
import { memoryDynamo } from '../../test/support/memory-dynamodb.ts';
import { memoryKms } from '../../test/support/memory-kms.ts';
import { memoryS3 } from '../../test/support/memory-s3.ts';
import { memorySecretsManager } from '../../test/support/memory-secrets-manager.ts';
import { MemoryTarget } from '../../test/support/memory-target.ts';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { Meter } from './meter.ts';

export const TARGETS = 4;
const PREFIX = 'rekey-prod';

/** A target's own time, an assumption: a full batch of forty at 5 ms of password derivation each, where one is needed. */
const DERIVING: ReadonlySet<string> = new Set(['install', 'verify', 'prove']);
const DERIVED_MS = 200;
const ASKED_MS = 20;
/** Of an invocation besides what it waits for, and of an environment that starts: assumptions. */
const COMPUTE_MS = 20;
const INIT_MS = 400;
/** As `serverless.yml` says where a function says nothing. */
const MEMORY_MB = 512;
/** The stream gathers this long before it wakes the chain's writer; the tellers run once a minute. */
const CHAIN_EVERY_MS = 1_000;
const TELL_EVERY_MS = 60_000;
/** As long as the longest function may take, less what it keeps back. */
const INVOCATION_MS = 105_000;

/** The AWS adapters over doubles of AWS, each call counted; time is virtual, so that what is waited for costs nothing but is known. */
export interface CostWorld {
  readonly clock: VirtualClock;
  readonly meter: Meter;
  readonly services: Services;
  readonly targets: readonly MemoryTarget[];
  invoke(name: string, input: object, work?: (untilMs: number) => Promise<unknown>): Promise<unknown>;
  /** Runs it with the chain's writer and the tellers beside it; all is chained when it resolves. */
  run<T>(work: () => Promise<T>): Promise<T>;
  journalHome(): { readonly database: ReturnType<typeof openDatabase>; readonly close: () => void };
}

export function costWorld(): CostWorld {
  const clock = new VirtualClock();
  const meter = new Meter(clock);
  const timing = { clock, random: systemRandom };
  let toChain = false;
  const dynamo = meter.watch(
    memoryDynamo((consumed) => {
      if (consumed.table === 'registry' && consumed.writes > 0) toChain = true;
      meter.consumed(consumed);
    }),
    'dynamodb',
  );
  const kms = memoryKms();
  meter.watch(kms.client, 'kms');
  const vault = memorySecretsManager(kms.use, meter.behindStore);
  const s3 = meter.watch(memoryS3(), 's3');
  const targets = Array.from({ length: TARGETS }, () => new MemoryTarget());
  for (const target of targets)
    target.fault = async (verb, phase) => {
      if (phase === 'before') await clock.sleep(DERIVING.has(verb) ? DERIVED_MS : ASKED_MS);
    };

  const registry = createDynamoRegistry(dynamo, 'registry', timing);
  const place = { chain: PREFIX, registryTable: 'registry', auditTable: 'audit' };
  const fingerprints = createDynamoFingerprints(dynamo, 'registry', timing);
  const vaulted = createSecretsManagerStore({
    clients: {
      reader: meter.watch(vault.clientAs('reader'), 'secretsmanager'),
      worker: meter.watch(vault.clientAs('worker'), 'secretsmanager'),
      prover: meter.watch(vault.clientAs('prover'), 'secretsmanager'),
    },
    prefix: PREFIX,
    writes: createDynamoPace(dynamo, { table: 'registry', quota: 'secretsManagerWrites' }, clock),
    clock,
  });
  const store = fingerprinting(vaulted, { fingerprints, random: systemRandom });
  const writer = createDynamoAuditChain(dynamo, place, timing);
  const pseudonyms = createDynamoPseudonyms(dynamo, place.registryTable, timing);
  const resolving = { registry, store, pseudonyms, ...timing };
  const alone = {
    registry,
    store,
    fingerprints,
    keys: createKmsEpochKeys(kms.client, {
      prefix: PREFIX,
      roles: keyRoles('111122223333', 'us-east-1', PREFIX),
      registry,
      clock,
    }),
    audit: createDynamoAuditView(dynamo, place, timing),
    signer: {
      keyId: 'cost',
      publicKeyPem: '',
      async sign() {
        meter.add('kmsAsymmetricRequest', 'Sign', 1);
        return new Uint8Array(64);
      },
    },
    canary: createCanary(createResolver(resolving), resolving),
    manifests: createS3Manifests(s3, 'manifests'),
    packets: createS3Packets(s3, 'archive', { clock, retainForMs: 86_400_000 }),
    plans: createS3Plans(s3, 'manifests'),
    principalFence: { plan: () => [], close: async () => [], open: async () => undefined },
    naming: createAwsNaming({ prefix: PREFIX, account: '111122223333' }),
    pseudonyms,
    deadLetters: createDynamoDeadLetters(dynamo, 'watch', timing),
    cases: createDynamoCases(dynamo, 'watch', timing),
    lateReads: { keep: async () => Promise.reject(new Error('the audit takes everything here')) },
    notifier: { tell: async () => ({ state: 'confirmed' }) },
    notices: { means: [], tell: async () => ({ state: 'told' }) },
    workflows: {
      startRotation: async () => undefined,
      startBreakGlass: async () => undefined,
      startManualRotation: async () => undefined,
      standing: async () => ({ status: 'unknown' }),
      answer: async () => undefined,
      carryOn: async () => [],
    },
    rotators: Object.fromEntries(
      targets.map((target, index) => [`memory${index}`, target.rotator(`memory${index}`)]),
    ),
    ...timing,
  } satisfies Omit<Services, 'workers'>;
  const services: Services = { ...alone, workers: createLocalWorkers(alone) };

  const memoryOf = memories();
  const inFlight = new Map<string, { now: number; most: number }>();
  async function invoke(name: string, input: object, work?: (untilMs: number) => Promise<unknown>) {
    const flight = inFlight.get(name) ?? { now: 0, most: 0 };
    inFlight.set(name, flight);
    flight.now += 1;
    const begunMs = clock.nowMs();
    const fresh = flight.now > flight.most;
    flight.most = Math.max(flight.most, flight.now);
    try {
      const untilMs = begunMs + INVOCATION_MS;
      if (work !== undefined) return await work(untilMs);
      const called = FUNCTIONS.get(name);
      if (called === undefined) throw new Error(`no function ${name}`);
      return await called.invoke(services, { v: 1, ...input }, { untilMs });
    } finally {
      flight.now -= 1;
      const ms = clock.nowMs() - begunMs + COMPUTE_MS + (fresh ? INIT_MS : 0);
      meter.invoked(name, memoryOf(name), ms);
    }
  }

  async function chain(): Promise<void> {
    if (!toChain) return;
    toChain = false;
    await invoke('ChainAudit', {}, () => writer.chainPending());
  }

  async function run<T>(work: () => Promise<T>): Promise<T> {
    const state = { done: false };
    const beside = async (everyMs: number, act: () => Promise<unknown>) => {
      while (!state.done) {
        await clock.sleep(everyMs);
        if (!state.done) await act();
      }
    };
    const companions = [
      beside(CHAIN_EVERY_MS, chain),
      beside(TELL_EVERY_MS, () => invoke('TellConsumers', {})),
    ];
    return clock.run(
      (async () => {
        const result = await work();
        state.done = true;
        await Promise.all(companions);
        await chain();
        return result;
      })(),
    );
  }

  return {
    clock,
    meter,
    services,
    targets,
    invoke,
    run,
    journalHome() {
      const home = mkdtempSync(join(tmpdir(), 'rekey-cost-'));
      const database = openDatabase(join(home, 'journal.db'));
      return {
        database,
        close() {
          database.close();
          rmSync(home, { recursive: true, force: true });
        },
      };
    },
  };
}

/** As deployed. */
function memories(): (name: string) => number {
  const file = readFileSync(new URL('../../deploy/functions.yml', import.meta.url), 'utf8');
  const functions = parse(file, { logLevel: 'silent' }) as Record<string, { memorySize?: number }>;
  return (name) => functions[name]?.memorySize ?? MEMORY_MB;
}
