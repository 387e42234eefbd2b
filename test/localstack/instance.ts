import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the packaged functions of this run are, once a test has made them. */
    packaged: string;
  }
}

const run = promisify(execFile);

const COMPOSE_FILE = join(import.meta.dirname, 'compose.yaml');
/** The kit that runs LocalStack without Docker, beside the repository. */
const KIT = join(import.meta.dirname, '../../../shared/localstack');

interface Instance {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * Vitest's global set-up of every test on LocalStack: the instance that `AWS_ENDPOINT_URL` names, else a container,
 * else the kit. What it started it stops. The tests find it as any AWS client does, by the environment.
 */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const named = process.env['AWS_ENDPOINT_URL'];
  const instance =
    named === undefined || named === '' ? await start() : { endpoint: named, stop: async () => {} };
  try {
    await answers(instance.endpoint);
  } catch (error) {
    await instance.stop();
    throw error;
  }
  // A profile of the caller's own must reach no test.
  delete process.env['AWS_PROFILE'];
  delete process.env['AWS_SESSION_TOKEN'];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: instance.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
  });
  const folder = mkdtempSync(join(tmpdir(), 'rekey-packaged-'));
  provide('packaged', join(folder, 'build'));
  return async () => {
    rmSync(folder, { recursive: true, force: true });
    await instance.stop();
  };
}

async function start(): Promise<Instance> {
  if (await hasDocker()) return startContainer();
  if (existsSync(join(KIT, 'start.sh'))) return startKit();
  throw new Error(
    [
      'no LocalStack to test on. One of these gives one:',
      '  AWS_ENDPOINT_URL=http://127.0.0.1:4566 npm run test:localstack   (an instance that runs already)',
      '  a Docker engine with its compose plugin                          (localstack/localstack:4.14 is started)',
      `  ${KIT}/install.sh   (LocalStack without Docker)`,
    ].join('\n'),
  );
}

async function hasDocker(): Promise<boolean> {
  try {
    await run('docker', ['info']);
    await run('docker', ['compose', 'version']);
    return true;
  } catch {
    return false;
  }
}

async function startContainer(): Promise<Instance> {
  const compose = (...words: string[]) =>
    run('docker', ['compose', '--file', COMPOSE_FILE, '--project-name', `rekey-${process.pid}`, ...words]);
  const stop = async () => {
    await compose('down', '--volumes');
  };
  try {
    // The image's own health check says when it answers.
    await compose('up', '--detach', '--wait');
    const { stdout } = await compose('port', 'localstack', '4566');
    return { endpoint: `http://${stdout.trim()}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startKit(): Promise<Instance> {
  await run(join(KIT, 'install.sh'));
  const port = await freePort();
  const { stdout } = await run(join(KIT, 'start.sh'), [String(port)]);
  const stop = async () => {
    await run(join(KIT, 'stop.sh'), [stdout.trim()]);
  };
  return { endpoint: `http://127.0.0.1:${port}`, stop };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Anything else behind that address, AWS itself above all, must not be tested on. */
async function answers(endpoint: string): Promise<void> {
  const url = new URL('/_localstack/health', endpoint);
  const health = await fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
    async (response) => ((await response.json()) as { services?: unknown }).services,
    () => undefined,
  );
  if (health === undefined) {
    throw new Error(`no LocalStack answers at ${endpoint}: start one there, or unset AWS_ENDPOINT_URL`);
  }
}
