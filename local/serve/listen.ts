import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Needs } from '../../shared/driver/services.ts';
import { createSlackEndpoint } from '../slack/endpoint.ts';
import { healthOf } from './health.ts';

export interface Listening {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** When the engine last looked for work. */
  readonly lookedAtMs: () => number | null;
  readonly onRefused: (error: unknown) => void;
}

/** Health and Slack's endpoint, and nothing else: nobody reads or changes a secret by it. Throws `Unrecoverable` `port-taken`. */
export async function listen(
  services: Needs<'registry' | 'store' | 'seen' | 'inbox' | 'clock'>,
  { host, port, lookedAtMs, onRefused }: Listening,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const slack = createSlackEndpoint(services, onRefused);
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    if (path === '/healthz') return answerHealth(request, response);
    if (path === '/slack') return void slack(request, response);
    response.writeHead(404, { connection: 'close' }).end();
  });

  function answerHealth({ method }: IncomingMessage, response: ServerResponse): void {
    const health = healthOf(lookedAtMs(), services.clock);
    response
      .writeHead(health.ok ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(method === 'HEAD' ? undefined : `${JSON.stringify(health)}\n`);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(notFree(host, port, error)));
    server.listen(port, host, resolve);
  });
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${own}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function notFree(host: string, port: number, cause: NodeJS.ErrnoException): RekeyError {
  return new RekeyError({
    code: 'port-taken',
    family: 'Unrecoverable',
    message: `${host}:${port} cannot be listened on (${cause.code ?? 'unknown'})`,
    safe: 'Nothing was started.',
    next: ['rekey serve --port ANOTHER'],
    cause,
  });
}
