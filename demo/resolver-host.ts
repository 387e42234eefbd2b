import { createServer } from 'node:http';
import { openState } from '../local/state.ts';
import { RekeyError } from '../shared/domain/errors.ts';

/**
 * The resolver for the demo's consumer, in a process of its own: it outlives the engine. `REKEY_HOME` names the state,
 * `RESOLVER_SOCKET` where it listens.
 */
const home = process.env['REKEY_HOME'] ?? '';
const socketPath = process.env['RESOLVER_SOCKET'] ?? '';
const { resolver } = openState(home);

const server = createServer((call, response) => {
  const chunks: Buffer[] = [];
  call.on('data', (chunk: Buffer) => chunks.push(chunk));
  call.on('end', () => {
    const { ref } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { ref: string };
    resolver
      .read(ref, { user: 'checkout-service', agent: 'demo-consumer', source: `local:${process.pid}` })
      .then(
        (read) => response.end(JSON.stringify(read)),
        (error: unknown) => {
          const code = error instanceof RekeyError ? error.code : 'unexpected';
          response.statusCode = error instanceof RekeyError && error.family === 'Denied' ? 403 : 503;
          response.end(JSON.stringify({ code }));
        },
      );
  });
});
server.listen(socketPath, () => process.stdout.write('ready\n'));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
