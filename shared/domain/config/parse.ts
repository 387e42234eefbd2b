import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type * as z from 'zod';
import { suggestNearest } from '../nearest.ts';
import { keyBlob } from '../signature/ssh-signature.ts';
import { ConfigFile } from './schema.ts';

/** One mistake with its place in the file. */
export interface Mistake {
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly message: string;
}

/** What a kind of target wants to find, for checking its own words. */
export interface KindSchemas {
  readonly connection: z.ZodType;
  readonly account: z.ZodType;
}

export type ParsedConfig =
  | { readonly ok: true; readonly config: ConfigFile }
  | { readonly ok: false; readonly mistakes: Mistake[] };

/** Reads `rekey.yaml`; every mistake at once, in the file's order, none of them showing a value. */
export function parseConfig(text: string, kinds: Readonly<Record<string, KindSchemas>>): ParsedConfig {
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

  const parsed = document.errors.length === 0 ? ConfigFile.safeParse(document.toJS() ?? {}) : undefined;
  for (const issue of parsed?.error?.issues ?? []) explain(issue, add);
  if (parsed?.success === true) checkReferences(parsed.data, kinds, add);
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

type Add = (path: readonly PropertyKey[], code: string, message: string, key?: boolean) => void;

/** Keys that a level knows, for suggesting what a mistyped one was meant to be. */
const KNOWN_KEYS = [
  'version',
  'people',
  'targets',
  'classes',
  'consumers',
  'secrets',
  'user',
  'sshKeys',
  'kind',
  'network',
  'connection',
  'admins',
  'maxConnections',
  'networks',
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
  'webhook',
  'url',
  'signingKey',
  'confirm',
  'ref',
  'class',
  'tenant',
  'target',
  'account',
  'host',
  'port',
  'database',
  'tls',
  'ca',
  'role',
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
  const name = String(path.at(-1) ?? 'the file');
  if (issue.code === 'invalid_type' && issue.input === undefined) {
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
    issue.code === 'custom' || issue.code === 'invalid_format'
      ? issue.message
      : `is not as expected (${issue.message})`;
  add(path, name === 'version' ? 'version' : 'bad-value', `${name} ${what}`);
}

function checkReferences(config: ConfigFile, kinds: Readonly<Record<string, KindSchemas>>, add: Add): void {
  const refs = new Map<string, number>();
  const accounts = new Map<string, string>();
  const unknown = (what: string, word: string, candidates: readonly string[]) => {
    const nearest = suggestNearest(word, candidates);
    return `there is no ${what} "${word}"${nearest === null ? '' : ` (did you mean "${nearest}"?)`}`;
  };
  const { secrets, targets, classes, consumers, people, networks } = config;
  for (const [index, secret] of secrets.entries()) {
    const at = ['secrets', index];
    const first = refs.get(secret.ref);
    if (first === undefined) refs.set(secret.ref, index);
    else add([...at, 'ref'], 'secret-twice', twice(secret, secrets[first]));
    if (!Object.hasOwn(classes, secret.class))
      add([...at, 'class'], 'undefined', unknown('class', secret.class, Object.keys(classes)));
    for (const [place, name] of secret.consumers.entries()) {
      if (!Object.hasOwn(consumers, name))
        add([...at, 'consumers', place], 'undefined', unknown('consumer', name, Object.keys(consumers)));
    }
    if (secret.target === undefined) continue;
    const target = targets[secret.target];
    if (target === undefined) {
      add([...at, 'target'], 'undefined', unknown('target', secret.target, Object.keys(targets)));
      continue;
    }
    const checked = kinds[target.kind]?.account.safeParse(secret.account);
    for (const issue of checked?.error?.issues ?? []) explain(issue, add, [...at, 'account']);
    const account = `${secret.target} ${secret.account['role'] ?? JSON.stringify(secret.account)}`;
    const other = accounts.get(account);
    if (other === undefined) accounts.set(account, secret.ref);
    else if (other !== secret.ref)
      add(
        [...at, 'account'],
        'account-twice',
        `this account at ${secret.target} is the one of ${other} already`,
      );
  }
  const byRef = new Map(secrets.map((secret) => [secret.ref, secret]));
  for (const [id, target] of Object.entries(targets)) {
    const kind = kinds[target.kind];
    if (kind === undefined)
      add(['targets', id, 'kind'], 'undefined', unknown('kind', target.kind, Object.keys(kinds)));
    if (target.network !== 'local' && !Object.hasOwn(networks, target.network))
      add(['targets', id, 'network'], 'undefined', unknown('network', target.network, Object.keys(networks)));
    const checked = kind?.connection.safeParse(target.connection);
    for (const issue of checked?.error?.issues ?? []) explain(issue, add, ['targets', id, 'connection']);
    const administers = new Set(
      secrets.filter((secret) => secret.target === id).map((secret) => secret.class),
    );
    for (const [index, { password }] of target.admins.entries()) {
      const admin = byRef.get(password);
      const path = ['targets', id, 'admins', index, 'password'];
      if (admin === undefined) add(path, 'undefined', unknown('secret', password, [...byRef.keys()]));
      else if (administers.has(admin.class) && admin.target !== id) {
        add(
          path,
          'admin-in-class',
          `the admin credential is of class ${admin.class}, which it administers here: give it another class`,
        );
      } else if (
        administers.has(admin.class) &&
        secrets.some(
          (secret) => secret.target === id && secret.class === admin.class && secret.ref !== password,
        )
      ) {
        add(
          path,
          'admin-in-class',
          `the admin credential is of class ${admin.class}, which it administers here: give it another class`,
        );
      }
    }
  }
  for (const [name, { webhook }] of Object.entries(consumers)) {
    if (!byRef.has(webhook.signingKey)) {
      add(
        ['consumers', name, 'webhook', 'signingKey'],
        'undefined',
        unknown('secret', webhook.signingKey, [...byRef.keys()]),
      );
    }
  }
  checkPeople(people, add);
}

function twice(
  secret: ConfigFile['secrets'][number],
  first: ConfigFile['secrets'][number] | undefined,
): string {
  if (first !== undefined && first.class !== secret.class)
    return `${secret.ref} is in two classes (${first.class}, ${secret.class})`;
  if (first !== undefined && first.tenant !== secret.tenant)
    return `${secret.ref} is for two tenants (${first.tenant}, ${secret.tenant})`;
  return `${secret.ref} is enrolled twice`;
}

function checkPeople(people: ConfigFile['people'], add: Add): void {
  const keys = new Map<string, string>();
  const users = new Map<string, string>();
  for (const [name, { user, sshKeys }] of Object.entries(people)) {
    const other = user === undefined ? undefined : users.get(user);
    if (other !== undefined) add(['people', name, 'user'], 'person-twice', `${other} is that user already`);
    if (user !== undefined) users.set(user, name);
    for (const [index, line] of sshKeys.entries()) {
      const blob = keyBlob(line)?.toString('base64');
      if (blob === undefined)
        add(['people', name, 'sshKeys', index], 'bad-key', 'this is no OpenSSH public key');
      else if (keys.has(blob))
        add(['people', name, 'sshKeys', index], 'key-twice', `${keys.get(blob)} has this key already`);
      else keys.set(blob, name);
    }
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
