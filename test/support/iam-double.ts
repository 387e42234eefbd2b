import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../shared/ports/clock.ts';

interface Key {
  readonly id: string;
  readonly secret: string;
  active: boolean;
  readonly createdAtMs: number;
  lastUsedAtMs?: number;
  /** When STS hears of its last change. */
  heardAtMs: number;
  /** Whether STS let it in before that. */
  before: boolean;
}

interface User {
  name: string;
  readonly id: string;
  readonly keys: Map<string, Key>;
}

/** What goes wrong with a call, or what else happens then: an error of AWS's, or no answer at all. */
export type IamFault = (
  action: string,
  phase: 'before' | 'after',
  parameters: URLSearchParams,
) => Refusal | 'no answer' | undefined;

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message?: string;
}

export interface IamDoubleOptions {
  readonly clock: Clock;
  /** How long STS takes to hear of a change. Default 0. */
  readonly lagMs?: number;
}

const ACCOUNT = '111122223333';
const FULL: Refusal = {
  status: 409,
  code: 'LimitExceeded',
  message: 'Cannot exceed quota for AccessKeysPerUser: 2',
};
const UNKNOWN_KEY: Refusal = {
  status: 403,
  code: 'InvalidClientTokenId',
  message: 'The security token included in the request is invalid.',
};
const OTHER_SECRET: Refusal = {
  status: 403,
  code: 'SignatureDoesNotMatch',
  message: 'The request signature we calculated does not match the signature you provided.',
};

/**
 * IAM's users and keys, and STS, on a port of their own, as far as Rekey calls them: signatures are checked, two keys are the
 * most, and STS hears of a change when it may. Held to the rotators' contract, beside LocalStack.
 */
export class IamDouble {
  readonly #users = new Map<string, User>();
  readonly #clock: Clock;
  /** Of deleted keys: STS may let them in for a while. */
  readonly #deleted = new Map<string, { readonly key: Key; readonly user: User }>();
  readonly admin: { readonly id: string; readonly secret: string };
  lagMs: number;
  fault: IamFault = () => undefined;
  /** Accepts connections and says nothing. */
  hangs = false;
  /** Calls in their order: the action, then the user or the key that it is about. */
  readonly calls: string[] = [];
  #server: Server | undefined;
  #port = 0;
  #made = 0;

  constructor({ clock, lagMs = 0 }: IamDoubleOptions) {
    this.#clock = clock;
    this.addUser('rekey-admin');
    this.admin = this.addKey('rekey-admin');
    this.lagMs = lagMs;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  addUser(name: string): void {
    this.#made += 1;
    this.#users.set(name, { name, id: `AIDA${String(this.#made).padStart(17, '0')}`, keys: new Map() });
  }

  addKey(name: string): { readonly id: string; readonly secret: string } {
    this.#made += 1;
    const key: Key = {
      id: `AKIA${String(this.#made).padStart(16, 'A')}`,
      secret: randomBytes(30).toString('base64'),
      active: true,
      createdAtMs: Math.floor(this.#clock.nowMs() / 1_000) * 1_000,
      heardAtMs: this.#clock.nowMs() + (this.lagMs ?? 0),
      before: false,
    };
    this.#user(name).keys.set(key.id, key);
    return key;
  }

  renameUser(from: string, to: string): void {
    const user = this.#user(from);
    this.#users.delete(from);
    user.name = to;
    this.#users.set(to, user);
  }

  deleteUser(name: string): void {
    this.#users.delete(name);
  }

  deleteKey(name: string, id: string): void {
    const user = this.#user(name);
    const key = user.keys.get(id);
    if (key === undefined) return;
    this.#change(key, false);
    user.keys.delete(id);
    this.#deleted.set(id, { key, user });
  }

  keysOf(name: string): { readonly id: string; readonly active: boolean }[] {
    return [...this.#user(name).keys.values()].map(({ id, active }) => ({ id, active }));
  }

  turn(name: string, id: string, active: boolean): void {
    const key = this.#user(name).keys.get(id);
    if (key !== undefined && key.active !== active) this.#change(key, active);
  }

  /** Somebody calls something with it, and IAM comes to know. */
  use(name: string, id: string): void {
    const key = this.#user(name).keys.get(id);
    if (key !== undefined) key.lastUsedAtMs = this.#clock.nowMs();
  }

  /** Whether STS lets a key in at this moment. */
  letsIn({ id, secret }: { readonly id: string; readonly secret: string }): boolean {
    const known = this.#keyed(id);
    return known !== undefined && known.key.secret === secret && this.#isHeardOn(known.key);
  }

  #user(name: string): User {
    const user = this.#users.get(name);
    if (user === undefined) throw new Error(`no user ${name}`);
    return user;
  }

  #keyed(id: string): { readonly key: Key; readonly user: User } | undefined {
    for (const user of this.#users.values()) {
      const key = user.keys.get(id);
      if (key !== undefined) return { key, user };
    }
    return this.#deleted.get(id);
  }

  #change(key: Key, active: boolean): void {
    key.before = this.#isHeardOn(key);
    key.heardAtMs = this.#clock.nowMs() + this.lagMs;
    key.active = active;
  }

  #isHeardOn(key: Key): boolean {
    return this.#clock.nowMs() < key.heardAtMs ? key.before : key.active;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.hangs) return;
    const body = Buffer.concat(chunks).toString();
    const parameters = new URLSearchParams(body);
    const action = parameters.get('Action') ?? '';
    const about = parameters.get('AccessKeyId') ?? parameters.get('UserName') ?? '';
    this.calls.push([action, about].filter((word) => word !== '').join(' '));
    const answer =
      this.fault(action, 'before', parameters) ?? this.#handled(action, parameters, request, body);
    if (answer === 'no answer') {
      request.socket.destroy();
      return;
    }
    const id = `request-${this.calls.length}`;
    response.writeHead(typeof answer === 'string' ? 200 : answer.status, {
      'content-type': 'text/xml',
      'x-amzn-requestid': id,
    });
    response.end(
      typeof answer === 'string'
        ? `<${action}Response><${action}Result>${answer}</${action}Result><ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></${action}Response>`
        : `<ErrorResponse><Error><Type>Sender</Type><Code>${answer.code}</Code><Message>${answer.message ?? answer.code}</Message></Error><RequestId>${id}</RequestId></ErrorResponse>`,
    );
  }

  #handled(
    action: string,
    parameters: URLSearchParams,
    request: IncomingMessage,
    body: string,
  ): string | Refusal {
    const said = this.#signed(request, body) ?? this.#does(action, parameters, request);
    return this.fault(action, 'after', parameters) ?? said;
  }

  /** Why the signature is refused, or undefined. Signature Version 4, by code of its own. */
  #signed(request: IncomingMessage, body: string): Refusal | undefined {
    const header = (name: string) => String(request.headers[name] ?? '');
    const parts =
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/(iam|sts)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
        header('authorization'),
      );
    const [, id = '', day = '', region = '', service = '', signedHeaders = '', signature = ''] = parts ?? [];
    const known = this.#keyed(id);
    if (known === undefined || !this.#isHeardOn(known.key)) return UNKNOWN_KEY;
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
    const canonical = [
      'POST',
      '/',
      '',
      ...signedHeaders.split(';').map((name) => `${name}:${header(name).trim()}`),
      '',
      signedHeaders,
      sha256(body),
    ].join('\n');
    const scope = `${day}/${region}/${service}/aws4_request`;
    const toSign = ['AWS4-HMAC-SHA256', header('x-amz-date'), scope, sha256(canonical)].join('\n');
    const key = [region, service, 'aws4_request'].reduce<Buffer>(hmac, hmac(`AWS4${known.key.secret}`, day));
    const expected = hmac(key, toSign);
    const given = Buffer.from(signature, 'hex');
    return given.length === expected.length && timingSafeEqual(given, expected) ? undefined : OTHER_SECRET;
  }

  /** What the action answers, as XML; or its refusal. */
  #does(action: string, parameters: URLSearchParams, request: IncomingMessage): string | Refusal {
    const name = parameters.get('UserName') ?? '';
    const user = this.#users.get(name);
    const id = parameters.get('AccessKeyId') ?? '';
    const noSuch = (what: string): Refusal => ({
      status: 404,
      code: 'NoSuchEntity',
      message: `The ${what} cannot be found.`,
    });
    switch (action) {
      case 'GetCallerIdentity': {
        const caller = this.#keyed(
          /Credential=([^/]+)/.exec(String(request.headers['authorization']))?.[1] ?? '',
        );
        if (caller === undefined) return UNKNOWN_KEY;
        return `<Arn>arn:aws:iam::${ACCOUNT}:user/${caller.user.name}</Arn><UserId>${caller.user.id}</UserId><Account>${ACCOUNT}</Account>`;
      }
      case 'GetUser':
        return user === undefined ? noSuch(`user with name ${name}`) : `<User>${shownUser(user)}</User>`;
      case 'ListUsers':
        return `<Users>${[...this.#users.values()].map((one) => `<member>${shownUser(one)}</member>`).join('')}</Users><IsTruncated>false</IsTruncated>`;
      case 'ListAccessKeys':
        if (user === undefined) return noSuch(`user with name ${name}`);
        return `<AccessKeyMetadata>${[...user.keys.values()].map((key) => `<member>${shownKey(user, key)}</member>`).join('')}</AccessKeyMetadata><IsTruncated>false</IsTruncated>`;
      case 'GetAccessKeyLastUsed': {
        const known = this.#keyed(id);
        if (known === undefined || this.#deleted.has(id)) return noSuch(`access key with id ${id}`);
        const { lastUsedAtMs } = known.key;
        return `<UserName>${known.user.name}</UserName><AccessKeyLastUsed>${lastUsedAtMs === undefined ? '<ServiceName>N/A</ServiceName><Region>N/A</Region>' : `<LastUsedDate>${new Date(lastUsedAtMs).toISOString()}</LastUsedDate><ServiceName>s3</ServiceName><Region>eu-west-1</Region>`}</AccessKeyLastUsed>`;
      }
      case 'CreateAccessKey': {
        if (user === undefined) return noSuch(`user with name ${name}`);
        if (user.keys.size >= 2) return FULL;
        const made = user.keys.get(this.addKey(name).id);
        if (made === undefined) throw new Error('no key was made');
        return `<AccessKey>${shownKey(user, made)}<SecretAccessKey>${made.secret}</SecretAccessKey></AccessKey>`;
      }
      case 'UpdateAccessKey':
        if (user?.keys.has(id) !== true) return noSuch(`access key with id ${id}`);
        this.turn(name, id, parameters.get('Status') === 'Active');
        return '';
      case 'DeleteAccessKey':
        if (user?.keys.has(id) !== true) return noSuch(`access key with id ${id}`);
        this.deleteKey(name, id);
        return '';
      default:
        throw new Error(`no double of ${action}`);
    }
  }
}

function shownUser({ name, id }: User): string {
  return `<UserName>${name}</UserName><UserId>${id}</UserId><Arn>arn:aws:iam::${ACCOUNT}:user/${name}</Arn><Path>/</Path><CreateDate>2026-01-01T00:00:00Z</CreateDate>`;
}

function shownKey(user: User, { id, active, createdAtMs }: Key): string {
  return `<UserName>${user.name}</UserName><AccessKeyId>${id}</AccessKeyId><Status>${active ? 'Active' : 'Inactive'}</Status><CreateDate>${new Date(createdAtMs).toISOString()}</CreateDate>`;
}
