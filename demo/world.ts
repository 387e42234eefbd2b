import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { makeSshKey } from '../local/ssh/make-key.ts';
import type { Access } from './login.ts';
import type { Cleanups, Plane } from './plane.ts';
import {
  createLoginRoles,
  type PostgresServer,
  startPostgresServers,
  stopServers,
} from './postgres-servers.ts';
import { type Ran, type RunOptions, runRekey, startWitness, type Witness } from './process.ts';
import { receiveTells } from './webhook-receiver.ts';

const SERVERS = 4;
const TENANTS = ['acme', 'globex', 'initech'];

/** Everything the demo starts, and how all of it is stopped. */
export interface World<P extends Plane = Plane> {
  readonly folder: string;
  readonly plane: P;
  readonly servers: readonly PostgresServer[];
  readonly accounts: readonly (Access & { readonly password: string })[];
  readonly people: readonly { readonly name: string; readonly keyFile: string }[];
  readonly thief: Witness;
  readonly consumer: Witness;
  /** Runs the CLI as a person would. */
  readonly rekey: (words: readonly string[], options?: RunOptions) => Promise<Ran>;
}

interface WorldRequest<P extends Plane> {
  readonly secrets: number;
  readonly deadline: string;
  /** Hears what is being done. */
  readonly say: (text: string) => void;
  readonly cleanups: Cleanups;
  /** `rekey.yaml` stands in the folder already. */
  readonly openPlane: (folder: string, cleanups: Cleanups) => Promise<P>;
  /** What `rekey.yaml` has besides. */
  readonly more?: { readonly detection: object; readonly secrets: readonly object[] };
}

/** Servers, roles, enrolment, a consumer's webhook, two people, two witnesses. */
export async function createWorld<P extends Plane>({
  secrets,
  deadline,
  say,
  cleanups,
  openPlane,
  more,
}: WorldRequest<P>): Promise<World<P>> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-demo-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  // PostgreSQL's processes run as a user of their own where we are root.
  const database = mkdtempSync(join(tmpdir(), 'rekey-demo-db-'));
  cleanups.push(() => rmSync(database, { recursive: true, force: true }));
  say(`starting ${SERVERS} PostgreSQL servers`);
  chmodSync(database, 0o755);
  const starting = startPostgresServers({ count: SERVERS, home: database });
  // Whoever stops in between waits for them to be up: a server half started would outlive us.
  cleanups.push(async () => stopServers(await starting.catch(() => [])));
  const servers = await starting;

  const accounts = Array.from({ length: secrets }, (_, index) => {
    const server = servers[index % SERVERS] as PostgresServer;
    const role = `app_${String(index + 1).padStart(4, '0')}`;
    const tenant = TENANTS[index % TENANTS.length] ?? 'acme';
    return {
      ref: `vault://prod/payments/${tenant}/${role}`,
      tenant,
      target: server.id,
      host: server.host,
      port: server.port,
      database: 'postgres',
      user: role,
      password: randomBytes(18).toString('base64url'),
    };
  });
  say(`making ${secrets} login roles`);
  await Promise.all(
    servers.map((server) =>
      createLoginRoles(
        server,
        accounts
          .filter(({ port }) => port === server.port)
          .map(({ user, password }) => ({ role: user, password })),
      ),
    ),
  );

  const signingKey = `whsec_${randomBytes(24).toString('base64')}`;
  const webhookUrl = await receiveTells(signingKey, cleanups);
  const people = ['ada', 'grace'].map((name) => ({ name, keyFile: join(folder, `${name}.key`) }));
  const keys = people.map(({ name, keyFile }) => makeSshKey(keyFile, name));
  writeFileSync(
    join(folder, 'rekey.yaml'),
    stringify({
      version: 1,
      people: Object.fromEntries(people.map(({ name }, index) => [name, { sshKeys: [keys[index]] }])),
      targets: Object.fromEntries(
        servers.map(({ id, host, port, adminUser }) => [
          id,
          {
            kind: 'postgres',
            connection: { host, port, tls: 'disable' },
            admins: [{ user: adminUser, password: `vault://admin/${id}` }],
          },
        ]),
      ),
      classes: {
        payments: { owner: 'payments-team', maxAge: '30d', breakGlass: { deadline } },
        platform: { owner: 'platform-team', maxAge: '90d' },
      },
      consumers: {
        checkout: {
          owner: 'checkout-team',
          webhook: { url: webhookUrl, signingKey: 'vault://webhooks/checkout' },
          confirm: true,
        },
      },
      secrets: [
        ...servers.map(({ id }) => ({ ref: `vault://admin/${id}`, class: 'platform', tenant: 'platform' })),
        { ref: 'vault://webhooks/checkout', class: 'platform', tenant: 'platform' },
        ...accounts.map(({ ref, tenant, target, user }) => ({
          ref,
          class: 'payments',
          tenant,
          target,
          account: { role: user },
          consumers: ['checkout'],
        })),
        ...(more?.secrets ?? []),
      ],
      ...(more === undefined ? {} : { detection: more.detection }),
    }),
  );
  const plane = await openPlane(folder, cleanups);
  const rekey = (words: readonly string[], options: RunOptions = {}) =>
    runRekey(words, { folder, environment: plane.environment, ...options });
  say(`enrolling ${secrets} secrets of three tenants as class payments`);
  await must(rekey(['apply', '--yes', '--json'], { quiet: true }));
  const values = [
    ...servers.map(({ id, adminPassword }) => ({ ref: `vault://admin/${id}`, value: adminPassword })),
    { ref: 'vault://webhooks/checkout', value: signingKey },
    ...accounts.map(({ ref, password }) => ({ ref, value: password })),
  ];
  const input = values.map((value) => JSON.stringify(value)).join('\n');
  await must(rekey(['import', '--json'], { input, quiet: true }));

  const socketPath = join(folder, 'resolver.sock');
  await plane.serveReads(socketPath);
  const [thief, consumer] = [startWitness('thief.ts'), startWitness('consumer.ts')];
  cleanups.push(() => {
    thief.end();
    consumer.end();
  });
  await consumer.ask({
    do: 'begin',
    accounts: accounts.map(({ password: _password, ...access }) => accessOf(access)),
    socketPath,
    pauseMs: plane.witnessPauseMs,
  });
  await thief.ask({
    do: 'begin',
    loot: accounts.map((account) => ({ ...accessOf(account), password: account.password })),
    sessions: 3,
    pauseMs: plane.witnessPauseMs,
  });
  return { folder, plane, servers, accounts, people, thief, consumer, rekey };
}

function accessOf({ ref, host, port, database, user }: Access): Access {
  return { ref, host, port, database, user };
}

async function must(running: Promise<Ran>): Promise<void> {
  const { code, stdout } = await running;
  if (code !== 0) throw new Error(`the demo's enrolment failed: ${stdout.trim()}`);
}
