import type { DatabaseSync } from 'node:sqlite';
import { createNoticesByMeans } from '../shared/adapters/by-means/notices.ts';
import { createNotifierByMeans } from '../shared/adapters/by-means/notifier.ts';
import { createWebhookNotices } from '../shared/adapters/webhook/webhook-notices.ts';
import { createWebhookNotifier } from '../shared/adapters/webhook/webhook-notifier.ts';
import { createCanary } from '../shared/driver/canary.ts';
import { fingerprinting } from '../shared/driver/leaks/fingerprinting-store.ts';
import { createResolver, type Resolver } from '../shared/driver/resolver.ts';
import type { Services } from '../shared/driver/services.ts';
import type { Clock, Random } from '../shared/ports/clock.ts';
import { rotators } from '../shared/rotators/rotators.ts';
import { createExecNotifier } from './consumers/exec-notifier.ts';
import { createFileNotifier } from './consumers/file-notifier.ts';
import { engineRuns, ensureEngine } from './engine/launch.ts';
import { pathsIn } from './home.ts';
import { openFileSigner } from './keys/file-signer.ts';
import { openRootKeyCommand, openRootKeyFile } from './keys/root-key.ts';
import { createLateReadFiles } from './late-reads.ts';
import { localNaming } from './naming.ts';
import { createPacketFiles } from './packets.ts';
import { localPrincipalFence } from './principal-fence.ts';
import { createSqliteAuditChain } from './sqlite/audit-chain.ts';
import { createSqliteCases } from './sqlite/cases.ts';
import { openDatabase } from './sqlite/database.ts';
import { createSqliteDeadLetters } from './sqlite/dead-letters.ts';
import { createSqliteEpochKeys, holdsKeys } from './sqlite/epoch-keys.ts';
import { createSqliteFingerprints } from './sqlite/fingerprints.ts';
import { createSqliteManifests } from './sqlite/manifests.ts';
import { createSqlitePlans } from './sqlite/plans.ts';
import { createSqlitePseudonyms } from './sqlite/pseudonyms.ts';
import { createSqliteRegistry } from './sqlite/registry.ts';
import { createSqliteStore } from './sqlite/secret-store.ts';
import { systemClock, systemRandom } from './system.ts';
import { createLocalWorkers } from './workers.ts';
import { createLocalWorkflows } from './workflows.ts';

/** The one chain of a state directory. */
const CHAIN = 'local';

/** A state directory, opened: everything that the functions, the engine and the CLI reach. */
export interface State {
  readonly home: string;
  readonly database: DatabaseSync;
  readonly services: Services;
  readonly resolver: Resolver;
  close(): void;
}

export interface StateOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly rotators?: Services['rotators'];
  readonly notifier?: Services['notifier'];
  /** Prints the root key; instead of the file. Default `$REKEY_ROOT_KEY_COMMAND`. */
  readonly rootKeyCommand?: string | undefined;
}

export function openState(home: string, options: StateOptions = {}): State {
  const { clock = systemClock, random = systemRandom } = options;
  const paths = pathsIn(home);
  const database = openDatabase(paths.database);
  const command = options.rootKeyCommand ?? process.env['REKEY_ROOT_KEY_COMMAND'];
  const rootKey =
    command === undefined
      ? openRootKeyFile(paths.rootKey, random, holdsKeys(database))
      : openRootKeyCommand(command);
  const keys = createSqliteEpochKeys(database, rootKey, clock, random);
  const registry = createSqliteRegistry(database);
  const fingerprints = createSqliteFingerprints(database);
  const store = fingerprinting(createSqliteStore(database, keys, random), { fingerprints, random });
  const pseudonyms = createSqlitePseudonyms(database, { keys, clock, random });
  const lateReads = createLateReadFiles(paths.lateReads);
  const resolver = createResolver({ registry, store, pseudonyms, clock, random, lateReads });
  const alone = {
    registry,
    store,
    lateReads,
    fingerprints,
    keys,
    audit: createSqliteAuditChain(database, CHAIN),
    signer: openFileSigner(paths.auditKey),
    canary: createCanary(resolver, { registry, store }),
    manifests: createSqliteManifests(database),
    packets: createPacketFiles(paths.packets),
    plans: createSqlitePlans(database),
    naming: localNaming,
    principalFence: localPrincipalFence,
    pseudonyms,
    deadLetters: createSqliteDeadLetters(database),
    cases: createSqliteCases(database),
    notifier:
      options.notifier ??
      createNotifierByMeans('one-machine', {
        webhook: createWebhookNotifier(),
        exec: createExecNotifier(home, process.env, clock),
        file: createFileNotifier(resolver, random),
      }),
    notices: createNoticesByMeans({ webhook: createWebhookNotices() }),
    rotators: options.rotators ?? rotators,
    workflows: createLocalWorkflows(database, {
      ensure: () => ensureEngine(home),
      runs: () => engineRuns(home),
    }),
    clock,
    random,
  };
  const services: Services = { ...alone, workers: createLocalWorkers(alone) };
  return { home, database, services, resolver, close: () => database.close() };
}
