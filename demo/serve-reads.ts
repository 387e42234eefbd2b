import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { RekeyError } from '../shared/domain/errors.ts';
import type { Cleanups } from './plane.ts';
import { endProcess } from './process.ts';

/** Answers reads by reference on the socket that `RESOLVER_SOCKET` names, until whoever started this process is gone. */
export function serveReads(read: (ref: string) => Promise<{ readonly value: string }>): void {
  const server = createServer((call, response) => {
    const chunks: Buffer[] = [];
    call.on('data', (chunk: Buffer) => chunks.push(chunk));
    call.on('end', () => {
      const { ref } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { ref: string };
      read(ref).then(
        (answer) => response.end(JSON.stringify(answer)),
        (error: unknown) => {
          const code = error instanceof RekeyError ? error.code : 'unexpected';
          response.statusCode = error instanceof RekeyError && error.family === 'Denied' ? 403 : 503;
          response.end(JSON.stringify({ code }));
        },
      );
    });
  });
  server.listen(process.env['RESOLVER_SOCKET'] ?? '', () => process.stdout.write('ready\n'));
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
}

/** Starts a process that serves reads, and waits until it does. */
export async function startReads(
  script: URL,
  socketPath: string,
  environment: Readonly<Record<string, string>>,
  cleanups: Cleanups,
): Promise<void> {
  const child = spawn(process.execPath, [script.pathname], {
    env: { ...process.env, ...environment, RESOLVER_SOCKET: socketPath },
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  cleanups.push(() => endProcess(child));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', () => reject(new Error('whoever serves reads ended')));
  });
}
