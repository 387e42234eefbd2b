import type { PostgresServer } from '../../../../demo/postgres-servers.ts';
import { toRecords } from '../../../../shared/domain/config/records.ts';
import { ConfigFile } from '../../../../shared/domain/config/schema.ts';
import type { SecretRef } from '../../../../shared/domain/secret-ref.ts';
import type { Consumer } from './consumer.ts';
import type { Signers } from './signers.ts';

/** What a story enrols: a class named after it, with a role for each secret. */
export interface Enrolment {
  /** Secrets at each target, by the target's short name. */
  readonly secrets: Readonly<Record<string, number>>;
  /** The deadline is over before a sweep could begin: what the first round leaves is left for a resume. */
  readonly firstRoundOnly?: boolean;
  /** A service that is told of each new version, and has to confirm it. */
  readonly consumer?: boolean;
  /** The class rotates by itself, as routine. */
  readonly rotation?: {
    /** As people write it. */
    readonly grace: string;
    /** Its values are old enough. */
    readonly isDue?: true;
  };
}

interface Wanted {
  readonly className: string;
  readonly server: PostgresServer;
  readonly people: Signers['people'];
  readonly targets: readonly string[];
  /** By name. */
  readonly consumers: Readonly<Record<string, Consumer>>;
  /** Secrets that no rotator changes: admins' and signing keys. */
  readonly byPeople: readonly string[];
  readonly rotation: Enrolment['rotation'] | undefined;
  readonly firstRoundOnly: boolean;
  readonly enrolled: readonly { readonly ref: SecretRef; readonly target: string; readonly role: string }[];
}

/** As its `rekey.yaml` would have it. */
export function recordsOf(wanted: Wanted): ReturnType<typeof toRecords> {
  const { className, server, consumers, rotation, firstRoundOnly } = wanted;
  const records = toRecords(
    ConfigFile.parse({
      version: 1,
      people: wanted.people,
      consumers: Object.fromEntries(
        Object.entries(consumers).map(([id, { url }]) => [
          id,
          { owner: 'team', webhook: { url, signingKey: `vault://webhooks/${id}` }, confirm: true },
        ]),
      ),
      targets: Object.fromEntries(
        wanted.targets.map((id) => [
          id,
          {
            kind: 'postgres',
            connection: { host: server.host, port: server.port, tls: 'disable' },
            admins: [{ user: server.adminUser, password: `vault://admin/${id}` }],
          },
        ]),
      ),
      classes: {
        [className]: {
          owner: 'team',
          maxAge: '30d',
          breakGlass: { deadline: '10m' },
          ...(rotation === undefined ? {} : { rotation: rotationOf(rotation) }),
        },
        [`${className}-admins`]: { owner: 'team', maxAge: '90d' },
      },
      secrets: [
        ...wanted.byPeople.map((ref) => ({ ref, class: `${className}-admins`, tenant: 'acme' })),
        ...wanted.enrolled.map(({ ref, target, role }) => ({
          ref,
          class: className,
          tenant: 'acme',
          target,
          account: { role },
          consumers: Object.keys(consumers),
        })),
      ],
    }),
  );
  if (!firstRoundOnly) return records;
  const classes = records.classes.map((one) => ({
    ...one,
    policy: { ...one.policy, breakGlass: { deadlineMs: 1 } },
  }));
  return { ...records, classes };
}

/** All of it at once: which of those that are equally due goes first is nobody's promise. */
function rotationOf({ grace }: NonNullable<Enrolment['rotation']>) {
  return { every: '30d', grace, inFlight: { class: '100%' } };
}
