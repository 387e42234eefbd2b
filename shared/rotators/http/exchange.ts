import { type IncomingHttpHeaders, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';

/** What one request met. `not-sent`: nobody took it, so that nothing was done. `lost`: it may have been done. */
export type Exchange =
  | {
      readonly saw: 'answer';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: string;
    }
  | { readonly saw: 'not-sent'; readonly why: string }
  | { readonly saw: 'lost'; readonly why: string };

export interface Sending {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One origin, over connections of its own; its certificate is checked. */
export interface Origin {
  /** `withinMs`: until the whole answer is there; 10 s. */
  send(sending: Sending, signal: AbortSignal, withinMs?: number): Promise<Exchange>;
  close(): void;
}

/** Until it is connected, TLS and all: far away that takes some round trips. */
const CONNECT_MS = 3_000;
/** Until the answer is there as a whole: well within `LONGEST_WRITE_MS` of the driver. */
const ANSWER_MS = 10_000;
/** A page of a list is some 100 kB; nothing that is asked for is longer. */
const LARGEST_ANSWER_BYTES = 1_048_576;

/**
 * Node's own client and not `fetch`: it takes a certificate authority, follows no redirect, and tells a request that was never
 * sent from one whose answer was lost.
 */
export function createOrigin(
  url: URL,
  { ca, connections }: { readonly ca: string | undefined; readonly connections: number },
): Origin {
  const isTls = url.protocol === 'https:';
  const limits = { keepAlive: true, maxSockets: connections };
  const agent = isTls
    ? new TlsAgent({ ...limits, ...(ca === undefined ? {} : { ca }) })
    : new PlainAgent(limits);

  function send(
    { method, path, headers, body }: Sending,
    signal: AbortSignal,
    withinMs = ANSWER_MS,
  ): Promise<Exchange> {
    const { promise, resolve } = Promise.withResolvers<Exchange>();
    let isConnected = false;
    const failed = (error: Error) => resolve({ saw: isConnected ? 'lost' : 'not-sent', why: whyOf(error) });
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = {
      agent,
      method,
      host: url.hostname,
      port: url.port,
      path,
      headers: { ...headers, ...length, host: url.host },
      signal,
    };
    const request = isTls ? tlsRequest(options) : plainRequest(options);
    const within = (ms: number, what: string) =>
      setTimeout(() => request.destroy(new Error(`${what} in ${ms / 1_000} s`)), ms);
    let late = within(CONNECT_MS, 'not connected');
    const connected = () => {
      isConnected = true;
      clearTimeout(late);
      late = within(withinMs, 'no answer');
    };
    request.once('socket', (socket) => {
      if (socket.connecting) socket.once(isTls ? 'secureConnect' : 'connect', connected);
      else connected();
    });
    request.once('error', failed);
    request.once('close', () => clearTimeout(late));
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= LARGEST_ANSWER_BYTES) chunks.push(chunk);
        else response.destroy(new Error(`an answer of more than ${LARGEST_ANSWER_BYTES} bytes`));
      });
      response.once('error', failed);
      response.once('end', () => {
        const answer = Buffer.concat(chunks).toString('utf8');
        resolve({
          saw: 'answer',
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: answer,
        });
      });
    });
    request.end(body);
    return promise;
  }

  return { send, close: () => agent.destroy() };
}

/** By the code, or in our own words: what a system says may quote what was sent. */
function whyOf(error: Error): string {
  if (error.name === 'AbortError') return 'the time of the batch is over';
  return 'code' in error ? String(error.code) : error.message;
}
