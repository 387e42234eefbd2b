import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

/** A consumer's end of the webhook: checks the signature and says that it uses the version. */
export async function receiveTells(
  signingKey: string,
  cleanups: (() => void | Promise<void>)[],
): Promise<string> {
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
