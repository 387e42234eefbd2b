import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type * as z from 'zod';
import type { World } from '../consumer.ts';
import { RULES } from '../detect/rule.ts';
import { SETTINGS } from '../detect/setting.ts';
import { patternsMeet } from '../identity.ts';
import { suggestNearest } from '../nearest.ts';
import { keyBlob } from '../signature/ssh-signature.ts';
import type { Add } from './add-mistake.ts';
import { checkAudit } from './audit.ts';
import { checkConsumers } from './check-consumers.ts';
import { checkDetection } from './check-detection.ts';
import { checkNotify } from './check-notify.ts';
import { checkObserved, type ShowsUse } from './check-observed.ts';
import { checkRotation } from './check-rotation.ts';
import { type LooseConfig, type LooseSecret, loosen } from './loose.ts';
import { ConfigFile } from './schema.ts';
import { unknown } from './unknown-name.ts';

/** One mistake with its place in the file. */
export interface Mistake {
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly message: string;
}

/** What a kind of target wants to find, for checking its own words. */
export interface KindSchemas extends ShowsUse {
  readonly connection: z.ZodType;
  readonly account: z.ZodType;
  /** Of one target, where its connection decides. */
  readonly accountAt?: (connection: unknown) => z.ZodType | null;
}

export type ParsedConfig =
  | { readonly ok: true; readonly config: ConfigFile }
  | { readonly ok: false; readonly mistakes: Mistake[] };

/**
 * Reads `rekey.yaml`; every mistake at once, in the file's order, none of them showing a value. What works in one world alone
 * is a mistake where it is for the other; without a `world` it is for none yet.
 */
export function parseConfig(
  text: string,
  kinds: Readonly<Record<string, KindSchemas>>,
  world?: World,
): ParsedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const found: { at: number; code: string; message: string }[] = document.errors.map((error) => ({
    at: error.pos[0],
    code: error.code === 'DUPLICATE_KEY' ? 'duplicate-key' : 'yaml',
    message: error.code === 'DUPLICATE_KEY' ? 'this key is there twice' : 'this is no YAML',
  }));
  const place = (path: readonly PropertyKey[], key = false): number => offsetOf(document.contents, path, key);
  const add = (path: readonly PropertyKey[], code: string, message: string, key = false) =>
    found.push({ at: place(path, key), code, message });

  const file: unknown = document.errors.length === 0 ? (document.toJS() ?? {}) : undefined;
  const parsed = file === undefined ? undefined : ConfigFile.safeParse(file);
  for (const issue of parsed?.error?.issues ?? []) explain(issue, add);
  if (file !== undefined) {
    const misshapen = new Set(found.map(({ at }) => at));
    checkReferences(loosen(file), kinds, world, (path, code, message, key = false) => {
      // One mistake a place: what is of the wrong shape is not also said to be undefined.
      if (!misshapen.has(place(path, key))) add(path, code, message, key);
    });
  }
  if (parsed?.success === true && found.length === 0) return { ok: true, config: parsed.data };
  return {
    ok: false,
    mistakes: found
      .sort((a, b) => a.at - b.at)
      .map(({ at, code, message }) => {
        const { line, col } = lines.linePos(at);
        return { line, column: col, code, message };
      }),
  };
}

export function formatMistakes(file: string, mistakes: readonly Mistake[]): string {
  return mistakes.map(({ line, column, message }) => `${file}:${line}:${column} ${message}`).join('\n');
}

/** Keys that a level knows, for suggesting what a mistyped one was meant to be. */
const KNOWN_KEYS = [
  'version',
  'people',
  'targets',
  'classes',
  'consumers',
  'secrets',
  'slack',
  'channel',
  'signingSecret',
  'botToken',
  'startInSlack',
  'audit',
  'keep',
  'regimes',
  'hold',
  'detection',
  'calendars',
  'readers',
  'hours',
  'rules',
  'suppressions',
  'holidays',
  'principal',
  'session',
  'is',
  'group',
  'calendar',
  'alone',
  'reason',
  'decoy',
  ...RULES,
  ...RULES.flatMap((rule) => Object.keys(SETTINGS[rule])),
  'user',
  'sshKeys',
  'iam',
  'slack',
  'groups',
  'team',
  'kind',
  'network',
  'connection',
  'admins',
  'maxConnections',
  'passwords',
  'length',
  'characters',
  'networks',
  'pacing',
  'secretsManagerWrites',
  'subnets',
  'securityGroups',
  'endpoints',
  'vpc',
  'routeTables',
  'services',
  'password',
  'owner',
  'maxAge',
  'breakGlass',
  'deadline',
  'approval',
  'approvers',
  'requestersTeam',
  'lifetime',
  'quietHours',
  'from',
  'until',
  'timeZone',
  'rotation',
  'every',
  'windows',
  'days',
  'from',
  'to',
  'zone',
  'inFlight',
  'grace',
  'within',
  'otherwise',
  'retries',
  'stopAtErrorRate',
  'webhook',
  'exec',
  'command',
  'timeout',
  'sns',
  'topic',
  'file',
  'path',
  'mode',
  'worldReadable',
  'signal',
  'pidFile',
  'name',
  'url',
  'signingKey',
  'confirm',
  'notify',
  'events',
  'by',
  'ref',
  'class',
  'tenant',
  'target',
  'account',
  'host',
  'settles',
  'issue',
  'revoke',
  'verify',
  'prove',
  'refused',
  'accepted',
  'handle',
  'idempotencyKey',
  'port',
  'database',
  'tls',
  'ca',
  'role',
  'alternate',
  'region',
  'partition',
  'endpoint',
];

function explain(issue: z.core.$ZodIssue, add: Add, prefix: readonly PropertyKey[] = []): void {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) {
      const nearest = suggestNearest(key, KNOWN_KEYS);
      add(
        [...path, key],
        'unknown-key',
        `unknown key "${key}"${nearest === null ? '' : ` (did you mean "${nearest}"?)`}`,
        true,
      );
    }
    return;
  }
  const name = path.findLast((part) => typeof part === 'string') ?? 'the file';
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    add(
      path,
      'missing',
      name === 'maxAge' ? 'maxAge is missing: every class has a maximum age' : `${name} is missing`,
    );
    return;
  }
  if (issue.code === 'invalid_key') {
    add(path, 'bad-name', `"${name}" is no name: letters, digits, ._-, at most 63`, true);
    return;
  }
  const what =
    issue.code === 'custom' || issue.code === 'invalid_format' || issue.code === 'invalid_union'
      ? issue.message
      : `is not as expected (${issue.message})`;
  add(path, name === 'version' ? 'version' : 'bad-value', `${name} ${what}`);
}

function checkReferences(
  config: LooseConfig,
  kinds: Readonly<Record<string, KindSchemas>>,
  world: World | undefined,
  add: Add,
): void {
  const byRef = new Map(
    config.secrets.flatMap((secret) => (secret.ref === undefined ? [] : [[secret.ref, secret] as const])),
  );
  const expect = (
    path: readonly PropertyKey[],
    what: string,
    word: string | undefined,
    known: readonly string[],
  ) => {
    if (word !== undefined && !known.includes(word)) add(path, 'undefined', unknown(what, word, known));
  };
  checkSecrets(config, kinds, add, expect);
  for (const [id, { kind: kindName, network, connection, passwords }] of Object.entries(config.targets)) {
    expect(['targets', id, 'kind'], 'kind', kindName, Object.keys(kinds));
    expect(['targets', id, 'network'], 'network', network, ['local', ...Object.keys(config.networks)]);
    const checked = kinds[kindName ?? '']?.connection.safeParse(connection);
    for (const issue of checked?.error?.issues ?? []) explain(issue, add, ['targets', id, 'connection']);
    for (const [index, password] of passwords.entries()) {
      const path = ['targets', id, 'admins', index, 'password'];
      expect(path, 'secret', password, [...byRef.keys()]);
      const admin = byRef.get(password ?? '');
      if (admin?.account['alternate'] !== undefined)
        add(
          path,
          'admin-alternates',
          'the admin credential belongs to two users in turn, and `user` names one: give the admin one user',
        );
      if (admin !== undefined)
        checkAdmin(config, id, admin, (message) => add(path, 'admin-in-class', message));
    }
  }
  for (const [name, { signingKey }] of Object.entries(config.consumers)) {
    expect(['consumers', name, 'webhook', 'signingKey'], 'secret', signingKey, [...byRef.keys()]);
  }
  checkConsumers(config, world, add);
  checkObserved(config, kinds, add);
  checkNotify(config, world, add);
  const groups = Object.values(config.people).flatMap((person) =>
    person.groups.filter((group) => group !== undefined),
  );
  checkAudit(config.audit, config.classes, [...new Set(groups)], add);
  checkDetection(config.detection, { classes: Object.keys(config.classes), add });
  for (const [key, ref] of Object.entries(config.slack ?? {}))
    expect(['slack', key], 'secret', ref, [...byRef.keys()]);
  checkPeople(config.people, add);
  checkApprovals(config, add);
  for (const [name, { maxAge, rotation }] of Object.entries(config.classes)) {
    if (rotation === undefined) continue;
    checkRotation(maxAge, rotation, (path, code, message) =>
      add(['classes', name, 'rotation', ...path], code, message),
    );
  }
}

function checkSecrets(
  { secrets, targets, classes, consumers }: LooseConfig,
  kinds: Readonly<Record<string, KindSchemas>>,
  add: Add,
  expect: (
    path: readonly PropertyKey[],
    what: string,
    word: string | undefined,
    known: readonly string[],
  ) => void,
): void {
  const refs = new Map<string, LooseSecret>();
  const accounts = new Map<string, string | undefined>();
  for (const [index, secret] of secrets.entries()) {
    const at = ['secrets', index];
    const first = refs.get(secret.ref ?? '');
    if (first !== undefined) add([...at, 'ref'], 'secret-twice', twice(secret, first));
    else if (secret.ref !== undefined) refs.set(secret.ref, secret);
    expect([...at, 'class'], 'class', secret.className, Object.keys(classes));
    for (const [place, name] of secret.consumers.entries())
      expect([...at, 'consumers', place], 'consumer', name, Object.keys(consumers));
    if (secret.decoy && secret.consumers.length > 0)
      add([...at, 'consumers'], 'decoy-consumed', 'nothing may read a decoy: it has no consumers');
    expect([...at, 'target'], 'target', secret.target, Object.keys(targets));
    const target = targets[secret.target ?? ''];
    if (target === undefined) continue;
    const kind = kinds[target.kind ?? ''];
    const checked = (kind?.accountAt?.(target.connection) ?? kind?.account)?.safeParse(secret.account);
    for (const issue of checked?.error?.issues ?? []) explain(issue, add, [...at, 'account']);
    for (const account of accountsOf(secret)) {
      if (!accounts.has(account)) accounts.set(account, secret.ref);
      else if (accounts.get(account) !== secret.ref)
        add(
          [...at, 'account'],
          'account-twice',
          `this account at ${secret.target} is the one of ${accounts.get(account)} already`,
        );
    }
  }
}

/** Who logs in at the target: two, where they take turns. A value of one secret must not be taken away with another's. */
function accountsOf({ target, account }: LooseSecret): string[] {
  const { role, user = role, alternate, host } = account;
  const names = [user, alternate].filter((name) => name !== undefined);
  return (names.length === 0 ? [account] : names).map((name) => JSON.stringify([target, name, host]));
}

/** An admin credential goes with its class: what it administers must not go at the same time. */
function checkAdmin(
  { secrets }: LooseConfig,
  target: string,
  admin: LooseSecret,
  mistake: (message: string) => void,
): void {
  const administered = secrets.some(
    (secret) =>
      secret.target === target &&
      secret.className !== undefined &&
      secret.className === admin.className &&
      (admin.target !== target || secret.ref !== admin.ref),
  );
  if (!administered) return;
  mistake(
    `the admin credential is of class ${admin.className}, which it administers here: give it another class`,
  );
}

function twice(secret: LooseSecret, first: LooseSecret): string {
  if (first.className !== secret.className)
    return `${secret.ref} is in two classes (${first.className}, ${secret.className})`;
  if (first.tenant !== secret.tenant)
    return `${secret.ref} is for two tenants (${first.tenant}, ${secret.tenant})`;
  return `${secret.ref} is enrolled twice`;
}

function checkPeople(people: LooseConfig['people'], add: Add): void {
  const keys = new Map<string, string>();
  const users = new Map<string, string>();
  const slackIds = new Map<string, string>();
  const patterns: { readonly name: string; readonly pattern: string }[] = [];
  for (const [name, { user, sshKeys, iam, slack }] of Object.entries(people)) {
    const other = user === undefined ? undefined : users.get(user);
    if (other !== undefined) add(['people', name, 'user'], 'person-twice', `${other} is that user already`);
    if (user !== undefined) users.set(user, name);
    const inSlack = slack === undefined ? undefined : slackIds.get(slack);
    if (inSlack !== undefined)
      add(['people', name, 'slack'], 'person-twice', `${inSlack} is that Slack user already`);
    if (slack !== undefined) slackIds.set(slack, name);
    for (const [index, pattern] of iam.entries()) {
      if (pattern === undefined) continue;
      const met = patterns.find((known) => known.name !== name && patternsMeet(known.pattern, pattern));
      if (met !== undefined)
        add(['people', name, 'iam', index], 'person-twice', `${met.name} may be that identity already`);
      patterns.push({ name, pattern });
    }
    for (const [index, line] of sshKeys.entries()) {
      if (line === undefined) continue;
      const blob = keyBlob(line)?.toString('base64');
      if (blob === undefined)
        add(['people', name, 'sshKeys', index], 'bad-key', 'this is no OpenSSH public key');
      else if (keys.has(blob))
        add(['people', name, 'sshKeys', index], 'key-twice', `${keys.get(blob)} has this key already`);
      else keys.set(blob, name);
    }
  }
}

/** An approval that nobody could give would hold its class up for ever. */
function checkApprovals({ classes, people }: LooseConfig, add: Add): void {
  const everyone = Object.values(people);
  const known = [...new Set(everyone.flatMap(({ groups }) => groups.filter((group) => group !== undefined)))];
  const expectGroups = (at: readonly PropertyKey[], groups: readonly (string | undefined)[]) => {
    for (const [index, group] of groups.entries()) {
      if (group !== undefined && !known.includes(group))
        add([...at, index], 'undefined', unknown('group', group, known));
    }
  };
  for (const [name, { approval, startInSlack }] of Object.entries(classes)) {
    expectGroups(['classes', name, 'breakGlass', 'startInSlack'], startInSlack);
    if (approval === undefined) continue;
    const { approvers, groups } = approval;
    const at = ['classes', name, 'approval'];
    expectGroups([...at, 'groups'], groups);
    // Of anybody the requester is one, who does not decide.
    const able =
      groups.length === 0
        ? everyone.length - 1
        : everyone.filter((person) => person.groups.some((group) => groups.includes(group))).length;
    if (able >= approvers) continue;
    add(
      [...at, 'approvers'],
      'too-few-people',
      `an approval needs ${approvers} and ${Math.max(0, able)} could give it, besides who requests`,
    );
  }
}

/** Where a path stands in the text; of what is missing, the place of what it is missing in. */
function offsetOf(root: unknown, path: readonly PropertyKey[], key: boolean): number {
  let node = root;
  let at = (root as Node | null)?.range?.[0] ?? 0;
  for (const [depth, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (pair === undefined) return at;
      const own = key && depth === path.length - 1 ? pair.key : (pair.value ?? pair.key);
      at = (own as Node | null)?.range?.[0] ?? at;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      at = (node as Node | undefined)?.range?.[0] ?? at;
    } else return at;
  }
  return at;
}
