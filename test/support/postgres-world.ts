import { toRecords } from '../../shared/domain/config/records.ts';
import { ConfigFile } from '../../shared/domain/config/schema.ts';
import type { RoutinePolicy } from '../../shared/domain/routine-policy.ts';
import type { SecretRecord } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { advanceBatch, type BatchReport } from '../../shared/driver/advance-batch.ts';
import { noteIdentities } from '../../shared/driver/note-identities.ts';
import { putValues } from '../../shared/driver/put-values.ts';
import { createIncidentRuns } from './incident-runs.ts';
import { aState } from './state.ts';

export interface EnrolledTarget {
  /** Default `postgres`. */
  readonly kind?: 'mysql' | 'postgres' | 'redis';
  readonly passwords?: { readonly length: number; readonly characters: readonly string[] };
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly adminUser: string;
    readonly adminPassword: string;
  };
  /** Of a proxy before it; else the server's own. */
  readonly port?: number;
  /** Where it is not the server's own superuser. References of `secrets`. */
  readonly admins?: readonly { readonly user: string; readonly ref: string }[];
}

export interface EnrolledSecret {
  readonly ref: string;
  /** Default `payments`. */
  readonly className?: string;
  /** Of `redis` and `mysql`: the user. */
  readonly role: string;
  /** Where it is more than the role. */
  readonly account?: Readonly<Record<string, string>>;
  /** Left out: a value that no rotator changes. */
  readonly target?: string;
  readonly password: string;
}

function accountOf(target: EnrolledTarget | undefined, name: string): Record<string, string> {
  return target?.kind === 'redis' || target?.kind === 'mysql' ? { user: name } : { role: name };
}

/** The real state (registry, store, keys, audit, engine) over real servers, enrolled as `rekey apply` and `rekey import` do. */
export async function aPostgresWorld(given: {
  readonly targets: Readonly<Record<string, EnrolledTarget>>;
  readonly secrets: readonly EnrolledSecret[];
  readonly deadline?: string;
}) {
  const state = aState();
  const { services } = state;
  const targets = Object.entries(given.targets);
  const owners = targets.flatMap(([id, { server, admins }]) =>
    admins === undefined
      ? [{ ref: `vault://admin/${id}`, className: 'owners', role: '', password: server.adminPassword }]
      : [],
  );
  const secrets: EnrolledSecret[] = [...owners, ...given.secrets];
  const classes = [...new Set(secrets.map(({ className = 'payments' }) => className))];
  const config = ConfigFile.parse({
    version: 1,
    targets: Object.fromEntries(
      targets.map(([id, { kind = 'postgres', server, port = server.port, admins, passwords }]) => [
        id,
        {
          kind,
          connection: { host: server.host, port, tls: 'disable' },
          ...(passwords === undefined ? {} : { passwords }),
          admins: admins?.map(({ user, ref }) => ({ user, password: ref })) ?? [
            { user: server.adminUser, password: `vault://admin/${id}` },
          ],
        },
      ]),
    ),
    classes: Object.fromEntries(
      classes.map((name) => [
        name,
        { owner: 'team', maxAge: '30d', breakGlass: { deadline: given.deadline ?? '30s' } },
      ]),
    ),
    secrets: secrets.map(({ ref, className = 'payments', role, account, target }) => ({
      ref,
      class: className,
      tenant: 'acme',
      ...(target === undefined ? {} : { target, account: account ?? accountOf(given.targets[target], role) }),
    })),
  });
  await services.registry.applyEnrolment([{ put: toRecords(config), remove: {}, entries: [] }]);
  await putValues(
    services,
    secrets.map(({ ref, password }) => ({ ref, value: password })),
    { user: 'tester', source: 'test', replace: false },
  );
  await noteIdentities(
    services,
    secrets.map(({ ref }) => ref as SecretRef),
  );

  const versionsOf = (ref: string) => services.registry.versions({ refs: [ref as SecretRef] });
  return {
    state,
    services,
    runs: createIncidentRuns(state),
    /** One worker's invocation at one target, for all its secrets of a class. */
    async advance(
      target: string,
      {
        operation = 'inc-test',
        epoch = 2,
        again = false,
        className = 'payments',
        through = undefined as string | undefined,
        /** Left out: an emergency. */
        routine = undefined as RoutinePolicy | undefined,
        untilMs = Date.now() + 30_000,
        /** Services in which something goes wrong. */
        using = services,
      } = {},
    ): Promise<BatchReport> {
      const key = await services.keys.ensure(className, epoch, 'open');
      return advanceBatch(using, {
        operation: { id: operation, epoch, keyId: key.id },
        ...(routine === undefined
          ? {}
          : { routine: { policy: routine, mayStart: () => true, byItself: true } }),
        acting: { user: 'responder', operation, source: 'test' },
        className: 'payments',
        targetId: target,
        refs: (await services.registry.secretsIn({ className, target })).map((secret) => secret.ref),
        again,
        through,
        untilMs,
      });
    },
    async secret(ref: string): Promise<SecretRecord> {
      const [secret] = await services.registry.secrets([ref as SecretRef]);
      if (secret === undefined) throw new Error(`no ${ref}`);
      return secret;
    },
    versionsOf,
    async fatesOf(ref: string): Promise<string[]> {
      return (await versionsOf(ref)).map((version) => version.fate);
    },
    /** What readers get now. */
    async valueOf(ref: string): Promise<string> {
      const { currentVersionId } = await this.secret(ref);
      const [value] = await services.store.read(
        [{ ref: ref as SecretRef, versionId: currentVersionId ?? '' }],
        'worker',
      );
      return value ?? '';
    },
  };
}
