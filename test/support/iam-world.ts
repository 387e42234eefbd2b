import { onTestFinished } from 'vitest';
import { toRecords } from '../../shared/domain/config/records.ts';
import { ConfigFile } from '../../shared/domain/config/schema.ts';
import type { SecretRecord } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { advanceBatch, type BatchReport } from '../../shared/driver/advance-batch.ts';
import { cutTarget } from '../../shared/driver/cut-target.ts';
import { noteIdentities } from '../../shared/driver/note-identities.ts';
import { putValues } from '../../shared/driver/put-values.ts';
import { restoreTarget } from '../../shared/driver/restore-target.ts';
import { printAccessKey, readAccessKey } from '../../shared/rotators/aws-iam-access-key/access-key.ts';
import { createAwsIamAccessKey } from '../../shared/rotators/aws-iam-access-key/rotator.ts';
import { anIncident, aPlan } from '../contracts/records.ts';
import { FrozenClock } from './clock.ts';
import { IamDouble } from './iam-double.ts';
import { aState } from './state.ts';

const HOUR_MS = 3_600_000;
export const GRACE_MS = HOUR_MS;

/** One user's key `vault://prod/app` at IAM's double, on the real state, enrolled as `rekey apply` and `rekey import` do. */
export async function anIamWorld({ lagMs = 0 } = {}) {
  const clock = new FrozenClock();
  const iam = new IamDouble({ clock, lagMs });
  await iam.start();
  onTestFinished(() => iam.stop());
  const ref: SecretRef = 'vault://prod/app';
  iam.addUser('app');
  const first = iam.addKey('app');
  clock.ms += HOUR_MS;
  const state = aState({ clock, rotators: { 'aws-iam-access-key': createAwsIamAccessKey(clock) } });
  const { services } = state;
  const config = ConfigFile.parse({
    version: 1,
    targets: {
      aws: {
        kind: 'aws-iam-access-key',
        connection: { region: 'eu-central-1', endpoint: iam.endpoint },
        admins: [{ user: 'rekey-admin', password: 'vault://admin/aws' }],
      },
    },
    classes: Object.fromEntries(
      ['keys', 'owners'].map((name) => [
        name,
        { owner: 'team', maxAge: '30d', breakGlass: { deadline: '30s' } },
      ]),
    ),
    secrets: [
      { ref: 'vault://admin/aws', class: 'owners', tenant: 'acme' },
      { ref, class: 'keys', tenant: 'acme', target: 'aws', account: { user: 'app' } },
    ],
  });
  await services.registry.applyEnrolment([{ put: toRecords(config), remove: {}, entries: [] }]);
  await putValues(
    services,
    [
      { ref: 'vault://admin/aws', value: printAccessKey(iam.admin) },
      { ref, value: printAccessKey(first) },
    ],
    { user: 'tester', source: 'test', replace: false },
  );
  await noteIdentities(services, [ref]);

  async function advance(about: {
    readonly operation: string;
    readonly epoch: number;
    readonly routine: boolean;
    readonly again?: boolean;
  }): Promise<BatchReport> {
    const key = await services.keys.ensure('keys', about.epoch, 'open');
    return advanceBatch(services, {
      operation: { id: about.operation, epoch: about.epoch, keyId: key.id },
      acting: { user: 'responder', operation: about.operation, source: 'test' },
      ...(about.routine
        ? {
            routine: {
              policy: { graceMs: GRACE_MS, confirm: { withinMs: HOUR_MS, otherwise: 'keep' as const } },
              mayStart: () => true,
              byItself: true,
            },
          }
        : {}),
      className: 'keys',
      targetId: 'aws',
      refs: [ref],
      again: about.again ?? false,
      through: undefined,
      untilMs: clock.nowMs() + 30_000,
    });
  }

  const world = {
    clock,
    iam,
    ref,
    first,
    state,
    services,
    rotate: () => advance({ operation: 'rot-test', epoch: 1, routine: true }),
    reissue: (again = false) => advance({ operation: 'inc-test', epoch: 2, routine: false, again }),
    /** As a workflow's sweeps do, until nothing is left or an hour has passed; answers whether it settled. */
    async sweep(step: () => Promise<BatchReport>): Promise<boolean> {
      for (let sweeps = 0; sweeps < 240; sweeps += 1) {
        if ((await step()).left === 0) return true;
        clock.ms += 15_000;
      }
      return false;
    },
    async secret(): Promise<SecretRecord> {
      const [secret] = await services.registry.secrets([ref]);
      if (secret === undefined) throw new Error(`no ${ref}`);
      return secret;
    },
    versions: () => services.registry.versions({ refs: [ref] }),
    async fates(): Promise<string[]> {
      return (await world.versions()).map(({ fate }) => fate);
    },
    put: (value: string) =>
      putValues(services, [{ ref, value }], { user: 'tester', source: 'test', replace: true }),
    /** A cut that was a mistake, and its undoing. Answers which keys were on in between. */
    async cutAndRestore(id: string): Promise<boolean[]> {
      const incident = anIncident(aPlan('keys'), { id });
      const acting = { user: 'responder', operation: id, source: 'test' };
      const layer = await cutTarget(services, incident, acting, 'aws', undefined);
      if (layer.state !== 'observed') throw new Error(layer.detail);
      const between = iam.keysOf('app').map(({ active }) => active);
      clock.ms += HOUR_MS / 60;
      const { failed } = await restoreTarget(services, incident, acting, 'aws');
      if (failed[0] !== undefined) throw new Error(failed[0].message);
      return between;
    },
    /** What readers get now. */
    async current() {
      const { currentVersionId = '' } = await world.secret();
      const [value = ''] = await services.store.read([{ ref, versionId: currentVersionId }], 'worker');
      const key = readAccessKey(value);
      if (key === null) throw new Error('readers get no access key');
      return key;
    },
  };
  return world;
}
