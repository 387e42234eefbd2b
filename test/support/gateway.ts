import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FRONTS } from '../../cli/deployment/fronts.ts';
import type { FrontKey } from '../../cli/deployment/name.ts';

/** Who has an access key, as IAM knows it. */
export interface Identity {
  readonly arn: string;
  /** Fronts that its policies let it call. Default: all. */
  readonly may?: readonly string[];
  /** Its session is over. */
  readonly expired?: boolean;
}

/** An access key of the gateway's own making. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Gateway<Name extends string> {
  readonly region: string;
  /** A URL for each front, as a context names them. */
  readonly urls: Readonly<Record<FrontKey, string>>;
  readonly keys: Readonly<Record<Name, AccessKey>>;
  close(): Promise<void>;
}

export interface GatewayOptions<Name extends string> {
  readonly identities: Readonly<Record<Name, Identity>>;
  /** Calls the function behind a front (`Control`) with the event of its function URL, and answers what it answered. */
  readonly invoke: (front: string, event: object) => Promise<unknown>;
  /** The gateway's clock. Default: the real one. */
  readonly nowMs?: () => number;
}

const REGION = 'us-east-1';
/** How far a signature's time may be off, either way (Signature Version 4 for Lambda). */
const FIVE_MINUTES_MS = 300_000;
/** Quota of Lambda: the payload of a synchronous invocation. */
const MOST_BYTES = 6_291_456;

/**
 * What stands before a function URL with `AWS_IAM`, for tests alone: it checks Signature Version 4 by code of its own, asks
 * whether the caller may, and calls the function with the context filled in. Nothing that the caller wrote gets there.
 */
export async function startGateway<const Name extends string>(
  options: GatewayOptions<Name>,
): Promise<Gateway<Name>> {
  const { identities, invoke, nowMs = Date.now } = options;
  const keys = Object.fromEntries(
    Object.keys(identities).map((name) => [
      name,
      {
        accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
        secretAccessKey: randomBytes(30).toString('base64'),
      },
    ]),
  ) as Record<Name, AccessKey>;
  const holders = new Map(
    (Object.entries(keys) as [Name, AccessKey][]).map(([name, key]) => [
      key.accessKeyId,
      { ...key, ...identities[name] },
    ]),
  );

  async function answer(request: IncomingMessage, body: string): Promise<HttpAnswer> {
    const signed = checkSignature(request, body, holders, nowMs());
    if ('refusal' in signed) return refused(403, { message: signed.refusal });
    if (signed.expired === true)
      return refused(403, { message: 'The security token included in the request is expired' });
    const [, front = '', path = ''] = /^\/([A-Za-z]+)(\/.*)$/.exec(request.url ?? '') ?? [];
    if (signed.may !== undefined && !signed.may.includes(front)) {
      return refused(403, {
        Message:
          'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
      });
    }
    if (Buffer.byteLength(body) > MOST_BYTES) return refused(413, { message: 'Request Entity Too Large' });
    try {
      return (await invoke(front, eventOf(request, path, body, signed.arn, nowMs()))) as HttpAnswer;
    } catch {
      return { statusCode: 502, headers: {}, body: 'Internal Server Error' };
    }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void answer(request, Buffer.concat(chunks).toString('utf8')).then(({ statusCode, headers, body }) => {
        response.writeHead(statusCode, { ...headers, date: new Date(nowMs()).toUTCString() });
        response.end(body);
      });
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    region: REGION,
    urls: Object.fromEntries(FRONTS.map(({ key, name }) => [key, `${base}/${name}/`])) as Record<
      FrontKey,
      string
    >,
    keys,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function refused(statusCode: number, content: object): HttpAnswer {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(content) };
}

type Holder = AccessKey & Identity;

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

/** Who signed, or in Lambda's words why that is not known. */
function checkSignature(
  request: IncomingMessage,
  body: string,
  holders: ReadonlyMap<string, Holder>,
  nowMs: number,
): Holder | { readonly refusal: string } {
  const header = (name: string) => String(request.headers[name] ?? '');
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/lambda\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      header('authorization'),
    );
  if (parts === null) return { refusal: 'Missing Authentication Token' };
  const [, accessKeyId = '', day = '', region = '', signedHeaders = '', signature = ''] = parts;
  const holder = holders.get(accessKeyId);
  if (holder === undefined) return { refusal: 'The security token included in the request is invalid.' };
  const date = header('x-amz-date');
  const atMs = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const names = signedHeaders.split(';');
  const bodyHash = createHash('sha256').update(body).digest('hex');
  const whole =
    Number.isFinite(atMs) &&
    date.startsWith(day) &&
    region === REGION &&
    names.includes('host') &&
    names.includes('x-amz-date');
  if (!whole) return { refusal: MISMATCH };
  if (atMs < nowMs - FIVE_MINUTES_MS) {
    const oldest = compact(nowMs - FIVE_MINUTES_MS);
    return {
      refusal: `Signature expired: ${date} is now earlier than ${oldest} (${compact(nowMs)} - 5 min.)`,
    };
  }
  if (atMs > nowMs + FIVE_MINUTES_MS) {
    const newest = compact(nowMs + FIVE_MINUTES_MS);
    return {
      refusal: `Signature not yet current: ${date} is still later than ${newest} (${compact(nowMs)} + 5 min.)`,
    };
  }
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://gateway');
  const query = [...searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const canonical = [
    request.method,
    pathname,
    query,
    ...names.map((name) => `${name}:${header(name).trim().replaceAll(/ +/g, ' ')}`),
    '',
    signedHeaders,
    bodyHash,
  ].join('\n');
  const scope = `${day}/${region}/lambda/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')];
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = [region, 'lambda', 'aws4_request'].reduce<Buffer>(
    hmac,
    hmac(`AWS4${holder.secretAccessKey}`, day),
  );
  const expected = hmac(key, toSign.join('\n'));
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? holder : { refusal: MISMATCH };
}

function compact(ms: number): string {
  return `${new Date(ms)
    .toISOString()
    .replaceAll(/[-:]/g, '')
    .replace(/\.\d+Z$/, '')}Z`;
}

/** As a function URL builds it (payload format 2.0); who calls is the signer and nobody else. */
function eventOf(request: IncomingMessage, path: string, body: string, arn: string, atMs: number): object {
  const { pathname, search } = new URL(path, 'http://gateway');
  const [, , , , account = ''] = arn.split(':');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: request.headers,
    requestContext: {
      accountId: account,
      apiId: 'gateway',
      authentication: null,
      authorizer: {
        iam: {
          accessKey: 'AKIA0000000000000000',
          accountId: account,
          callerId: 'AIDA0000000000000000',
          cognitoIdentity: null,
          principalOrgId: null,
          userArn: arn,
          userId: 'AIDA0000000000000000',
        },
      },
      domainName: String(request.headers.host),
      domainPrefix: 'gateway',
      http: {
        method: request.method,
        path: pathname,
        protocol: 'HTTP/1.1',
        sourceIp: request.socket.remoteAddress,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: '00000000-0000-4000-8000-000000000000',
      routeKey: '$default',
      stage: '$default',
      time: new Date(atMs).toISOString(),
      timeEpoch: atMs,
    },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  };
}
