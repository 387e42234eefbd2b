import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

/** A service that is told of new versions: it believes only what is signed, and says that it uses them. */
export interface Consumer {
  readonly url: string;
  readonly signingKey: string;
  close(): Promise<void>;
}

export async function openConsumer(): Promise<Consumer> {
  const signingKey = `whsec_${randomBytes(24).toString('base64')}`;
  const webhook = new Webhook(signingKey);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      try {
        const body = Buffer.concat(chunks).toString('utf8');
        const { data } = webhook.verify(body, request.headers as Record<string, string>) as {
          data: { versionId: string };
        };
        response.end(JSON.stringify({ using: data.versionId }));
      } catch {
        response.writeHead(401).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    signingKey,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
