import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { stringify } from 'yaml';
import { makeSshKey } from '../local/ssh/make-key.ts';
import type { Access } from './login.ts';
import {
  createLoginRoles,
  type PostgresServer,
  startPostgresServers,
  stopServers,
} from './postgres-servers.ts';
import { endProcess, runRekey, startWitness, type Witness } from './process.ts';

const SERVERS = 4;
const TENANTS = ['acme', 'globex', 'initech'];

/** Everything the demo starts, and how all of it is stopped. */
export interface World {
  readonly folder: string;
  readonly home: string;
  readonly servers: readonly PostgresServer[];
  readonly accounts: readonly (Access & { readonly password: string })[];
  readonly people: readonly { readonly name: string; readonly keyFile: string }[];
  readonly thief: Witness;
  readonly consumer: Witness;
  stop(): Promise<void>;
}

/** Servers, roles, enrolment, a consumer's webhook, two people, two witnesses. `say` hears what is being done. */
export async function createWorld(
  secrets: number,
  deadline: string,
  say: (text: string) => void,
  cleanups: (() => void | Promise<void>)[],
): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-demo-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  // PostgreSQL's processes run as a user of their own where we are root.
  const database = mkdtempSync(join(tmpdir(), 'rekey-demo-db-'));
  cleanups.push(() => rmSync(database, { recursive: true, force: true }));
  say(`starting ${SERVERS} PostgreSQL servers`);
  const { chmodSync } = await import('node:fs');
  chmodSync(database, 0o755);
  const starting = startPostgresServers({ count: SERVERS, home: database });
  // Whoever stops in between waits for them to be up: a server half started would outlive us.
  cleanups.push(async () => stopServers(await starting.catch(() => [])));
  const servers = await starting;

  const home = join(folder, '.rekey');
  cleanups.push(() => stopEngine(home));
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
  mkdirSync(home, { recursive: true, mode: 0o700 });
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
      ],
    }),
  );
  say(`enrolling ${secrets} secrets of three tenants as class payments`);
  await must(runRekey(['apply', '--yes', '--json'], { home, folder, quiet: true }));
  const values = [
    ...servers.map(({ id, adminPassword }) => ({ ref: `vault://admin/${id}`, value: adminPassword })),
    { ref: 'vault://webhooks/checkout', value: signingKey },
    ...accounts.map(({ ref, password }) => ({ ref, value: password })),
  ];
  const input = values.map((value) => JSON.stringify(value)).join('\n');
  await must(runRekey(['import', '--json'], { home, folder, input, quiet: true }));

  const socketPath = join(folder, 'resolver.sock');
  await startResolver(home, socketPath, cleanups);
  const [thief, consumer] = [startWitness('thief.ts'), startWitness('consumer.ts')];
  cleanups.push(() => {
    thief.end();
    consumer.end();
  });
  await consumer.ask({
    do: 'begin',
    accounts: accounts.map(({ password: _password, ...access }) => accessOf(access)),
    socketPath,
  });
  await thief.ask({
    do: 'begin',
    loot: accounts.map((account) => ({ ...accessOf(account), password: account.password })),
    sessions: 3,
  });
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  return { folder, home, servers, accounts, people, thief, consumer, stop };
}

function accessOf({ ref, host, port, database, user }: Access): Access {
  return { ref, host, port, database, user };
}

async function must(running: ReturnType<typeof runRekey>): Promise<void> {
  const { code, stdout } = await running;
  if (code !== 0) throw new Error(`the demo's enrolment failed: ${stdout.trim()}`);
}

/** A consumer's end of the webhook: checks the signature and says that it uses the version. */
async function receiveTells(signingKey: string, cleanups: (() => void | Promise<void>)[]): Promise<string> {
  const webhook = new Webhook(signingKey);
  const server = createServer((call, response) => {
    const chunks: Buffer[] = [];
    call.on('data', (chunk: Buffer) => chunks.push(chunk));
    call.on('end', () => {
      try {
        const body = Buffer.concat(chunks).toString('utf8');
        const { data } = webhook.verify(body, call.headers as Record<string, string>) as {
          data: { versionId: string };
        };
        response.end(JSON.stringify({ using: data.versionId }));
      } catch {
        response.statusCode = 401;
        response.end();
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/rekey`;
}

async function startResolver(
  home: string,
  socketPath: string,
  cleanups: (() => void | Promise<void>)[],
): Promise<void> {
  const child = spawn(process.execPath, [new URL('resolver-host.ts', import.meta.url).pathname], {
    env: { ...process.env, REKEY_HOME: home, RESOLVER_SOCKET: socketPath },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  cleanups.push(() => endProcess(child));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', () => reject(new Error('the resolver ended')));
  });
}

/** The engine is nobody's child any more. */
async function stopEngine(home: string): Promise<void> {
  const file = join(home, 'engine.pid');
  if (!existsSync(file)) return;
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    process.kill(pid, 'SIGTERM');
    for (;;) {
      process.kill(pid, 0);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
