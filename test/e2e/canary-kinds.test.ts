import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startServers } from '../../demo/rotation/accounts.ts';
import { openState } from '../../local/state.ts';
import { systemClock } from '../../local/system.ts';
import { toRecords } from '../../shared/domain/config/records.ts';
import { ConfigFile } from '../../shared/domain/config/schema.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { noteIdentities } from '../../shared/driver/note-identities.ts';
import { putValues } from '../../shared/driver/put-values.ts';
import { printAccessKey } from '../../shared/rotators/aws-iam-access-key/access-key.ts';
import { KINDS } from '../../shared/rotators/kinds.ts';
import { rekey } from '../support/command-line.ts';
import { connectionOf } from '../support/described.ts';
import { argumentsOfAll, filesIn } from '../support/everywhere.ts';
import { IamDouble } from '../support/iam-double.ts';
import { BOT_TOKEN, putInSlack } from '../support/in-slack.ts';
import { githubLike } from '../support/key-api/github-like.ts';
import { KeyApi } from '../support/key-api/key-api.ts';
import { startOauthServer } from '../support/oauth-server.ts';
import { SOON, serveInSlack } from '../support/served-slack.ts';
import { SIGNING_SECRET } from '../support/slack-request.ts';
import { startSlack } from '../support/slack-server.ts';
import { putPeopleInSlack } from '../support/slack-world.ts';
import { aWebServer } from '../support/web-server.ts';

interface Enrolled {
  readonly ref: string;
  readonly target: string;
  readonly account: Readonly<Record<string, string>>;
  readonly value: string;
}

/** A target of each kind, real where a server of it runs here, with a credential that works. */
async function everyKind() {
  const cleanups: (() => void | Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });
  const servers = await startServers(cleanups);

  const api = new KeyApi(githubLike, systemClock);
  const apiUrl = await api.start();
  cleanups.push(() => api.stop());
  api.accounts.add('acme');
  const apiKey = api.make('acme', 'by hand');

  const issuer = await startOauthServer();
  cleanups.push(() => issuer.stop());
  const client = await issuer.register('billing by hand');

  const iam = new IamDouble({ clock: systemClock });
  await iam.start();
  cleanups.push(() => iam.stop());
  iam.addUser('app');
  const accessKey = iam.addKey('app');

  const targets = {
    ...servers.targets,
    api: {
      kind: 'http',
      connection: connectionOf('http.md', 'GitHub-like', apiUrl),
      admin: { user: 'rekey', password: api.admin },
    },
    idp: {
      kind: 'oauth-client',
      connection: {
        registration: `${issuer.url}/reg`,
        token: `${issuer.url}/token`,
        revocation: `${issuer.url}/token/revocation`,
        client: `${issuer.url}/admin/clients/{client_id}`,
      },
      admin: { user: 'rekey', password: issuer.adminToken },
    },
    aws: {
      kind: 'aws-iam-access-key',
      connection: { region: 'eu-central-1', endpoint: iam.endpoint },
      admin: { user: 'rekey', password: printAccessKey(iam.admin) },
    },
  };
  const secrets: Enrolled[] = [
    ...servers.accounts,
    {
      ref: 'vault://prod/api/acme',
      target: 'api',
      account: { org: 'acme', name: 'deploy', handle: apiKey.id },
      value: apiKey.value,
    },
    { ref: 'vault://prod/idp/billing', target: 'idp', account: { name: 'billing' }, value: client.value },
    {
      ref: 'vault://prod/aws/app',
      target: 'aws',
      account: { user: 'app' },
      value: printAccessKey(accessKey),
    },
  ];
  return { targets, secrets, tokens: () => issuer.tokensEver() };
}

/** What may be told of a value is told apart from it: the secret part of JSON, or all of it. */
function secretParts(value: string): string[] {
  if (!value.startsWith('{')) return [value];
  const parts = JSON.parse(value) as Record<string, string>;
  return Object.entries(parts).flatMap(([name, part]) => (/secret|password/i.test(name) ? [part] : []));
}

test('[1.5] [4.3] [4.4] of every kind: rotated on request and re-issued in an incident, by way of Slack, no value stands anywhere but in the store, sealed', async () => {
  const { targets, secrets, tokens } = await everyKind();
  expect([...new Set(Object.values(targets).map(({ kind }) => kind))].sort()).toEqual(
    Object.keys(KINDS).sort(),
  );
  const slack = await startSlack();
  const hook = await aWebServer(() => ({ body: '{"confirmed":true}' }));
  const folder = mkdtempSync(join(tmpdir(), 'rekey-kinds-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const home = join(folder, 'state');
  const state = openState(home);
  onTestFinished(() => state.close());
  const { services } = state;
  const { registry, store } = services;
  const signingKey = `whsec_${Buffer.alloc(24, 'canary').toString('base64')}`;
  const config = ConfigFile.parse({
    version: 1,
    targets: Object.fromEntries(
      Object.entries(targets).map(([name, { kind, connection, admin }]) => [
        name,
        { kind, connection, admins: [{ user: admin.user, password: `vault://admin/${name}` }] },
      ]),
    ),
    classes: {
      payments: {
        owner: 'payments-team',
        maxAge: '30d',
        breakGlass: { startInSlack: ['oncall'] },
        rotation: { every: '20d', grace: '1s' },
      },
      admins: { owner: 'platform-team', maxAge: '90d' },
    },
    consumers: { shop: { owner: 'shop-team', webhook: { url: hook.url, signingKey: 'vault://hooks/shop' } } },
    secrets: [
      ...Object.keys(targets).map((name) => ({
        ref: `vault://admin/${name}`,
        class: 'admins',
        tenant: 'platform',
      })),
      { ref: 'vault://hooks/shop', class: 'admins', tenant: 'platform' },
      ...secrets.map(({ ref, target, account }) => ({
        ref,
        class: 'payments',
        tenant: 'acme',
        target,
        account,
        consumers: ['shop'],
      })),
    ],
  });
  await registry.applyEnrolment([{ put: toRecords(config), remove: {}, entries: [] }]);
  await putValues(
    services,
    [
      ...Object.entries(targets).map(([name, { admin }]) => ({
        ref: `vault://admin/${name}` as SecretRef,
        value: admin.password,
      })),
      { ref: 'vault://hooks/shop', value: signingKey },
      ...secrets.map(({ ref, value }) => ({ ref: ref as SecretRef, value })),
    ],
    { user: 'tester', source: 'test', replace: false },
  );
  const refs = secrets.map(({ ref }) => ref as SecretRef);
  await noteIdentities(services, refs);
  await putPeopleInSlack(services, { startInSlack: ['oncall'], groups: { joan: ['oncall'] } });
  await putInSlack(services, { channel: slack.channel });
  const current = async () => {
    const records = await registry.secrets(refs);
    return store.read(
      records.map(({ ref, currentVersionId = '' }) => ({ ref, versionId: currentVersionId })),
      'reader',
    );
  };
  const fates = async () =>
    [...new Set((await registry.versions({ refs })).map(({ fate }) => fate))].toSorted();

  const served = await serveInSlack(home, slack);
  await served.say('ada', 'rotate --class payments --reason quarterly');
  await served.click('grace', await served.button('Approve'));
  await expect.poll(async () => (await registry.requests())[0]?.state, SOON).toBe('done');
  const shown = [argumentsOfAll()];
  const rotated = await current();
  expect(await fates()).toEqual(['live', 'revoked-proven']);

  await served.say('ada', 'break-glass --class payments --cause values-leaked');
  await served.click('joan', await served.button('Break the glass'));
  await expect.poll(async () => (await registry.incidents())[0]?.state, SOON).toBe('sealed');
  await served.shows('Rotation of class `payments`: done', 'Break-glass of class `payments`: over');
  expect(await fates()).toEqual(['live', 'revoked-proven']);
  shown.push(argumentsOfAll());

  const [incident] = await registry.incidents();
  const [request] = await registry.requests();
  for (const words of [
    ['status', '--json'],
    ['schedule'],
    ['request', 'show', request?.id ?? ''],
    ['incident', 'show', incident?.id ?? '', '--json'],
    ['audit', 'tail', '-n', '5000'],
    ['audit', 'export'],
    ['doctor'],
  ]) {
    const ended = await rekey(words, { home, folder });
    shown.push(ended.stdout, ended.stderr);
  }
  const reissued = await current();
  const values = [...secrets.map(({ value }) => value), ...rotated, ...reissued];
  expect(new Set(values).size).toBe(3 * secrets.length);
  const canaries = [
    ...values.flatMap(secretParts),
    ...Object.values(targets).flatMap(({ admin }) => secretParts(admin.password)),
    ...tokens(),
    signingKey,
    signingKey.slice('whsec_'.length),
    SIGNING_SECRET,
    BOT_TOKEN,
  ];
  const everything = Buffer.concat([
    Buffer.from(
      [...shown, ...hook.sent.map((sent) => JSON.stringify(sent)), await served.everything()].join('\n'),
    ),
    ...filesIn(folder).map((file) => readFileSync(file)),
  ]);
  for (const told of ['quarterly', ...refs]) expect(everything.includes(told)).toBe(true);
  expect(canaries.filter((canary) => everything.includes(canary))).toEqual([]);
}, 240_000);
