import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One answer of a service that speaks JSON, or none: the connection is cut after the call was taken in. */
export type Answer =
  | { readonly status: 200; readonly body: object }
  | { readonly status: 400 | 500; readonly error: string; readonly message?: string }
  | 'no answer';

export interface ScriptedAws {
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Calls in their order, with their bodies: each attempt is one. */
  readonly calls: readonly { readonly operation: string; readonly body: Readonly<Record<string, unknown>> }[];
  close(): Promise<void>;
}

/**
 * A service on a port of its own, so that the SDK's own retries and errors are the real ones. `answer` is given the operation
 * and how often it was called before.
 */
export async function startScriptedAws(
  answer: (operation: string, before: number) => Answer,
): Promise<ScriptedAws> {
  const calls: { operation: string; body: Record<string, unknown> }[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      const before = calls.filter((call) => call.operation === operation).length;
      calls.push({
        operation,
        body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
      });
      const said = answer(operation, before);
      if (said === 'no answer') {
        request.socket.destroy();
        return;
      }
      response.writeHead(said.status, {
        'content-type': 'application/x-amz-json-1.1',
        'x-amzn-requestid': `request-${calls.length}`,
      });
      response.end(
        JSON.stringify(
          said.status === 200 ? said.body : { __type: said.error, message: said.message ?? said.error },
        ),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    config: {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
