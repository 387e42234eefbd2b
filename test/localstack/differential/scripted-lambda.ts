import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { localStack } from '../../support/localstack.ts';
import type { Reply, ScriptedFunctions } from './script.ts';

/** Hands each invocation on to the tests' process, and its reply back. The alias says for which script and function. */
const HANDLER = `
export const handler = async (payload, context) => {
  const alias = context.invokedFunctionArn.split(':').at(-1);
  const response = await fetch(process.env.TESTS_URL + '/' + alias, { method: 'POST', body: JSON.stringify(payload) });
  const reply = await response.json();
  if ('error' in reply) throw Object.assign(new Error(reply.cause), { name: reply.error });
  return reply.payload;
};
`;

/** One Lambda function that stands for all scripted ones. */
export class ScriptedLambda {
  readonly #client = new LambdaClient(localStack());
  readonly #name = `rekey-differential-${randomUUID()}`;
  readonly #scripts = new Map<string, ScriptedFunctions>();
  readonly #server = createServer((request, response) => {
    void this.#reply(request).then((reply) => response.end(JSON.stringify(reply)));
  });

  async deploy(): Promise<void> {
    const host = await hostOfTests();
    await new Promise<void>((resolve) => {
      this.#server.listen(0, host === '127.0.0.1' ? host : undefined, resolve);
    });
    const { port } = this.#server.address() as AddressInfo;
    await this.#client.send(
      new CreateFunctionCommand({
        FunctionName: this.#name,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/rekey-differential',
        Code: { ZipFile: zipOf('index.mjs', HANDLER) },
        Timeout: 30,
        Environment: { Variables: { TESTS_URL: `http://${host}:${port}` } },
      }),
    );
    await waitUntilFunctionActiveV2({ client: this.#client, maxWaitTime: 60 }, { FunctionName: this.#name });
  }

  /** Lets a script answer for these functions; the address of each. */
  async attach(
    script: string,
    functions: ScriptedFunctions,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    this.#scripts.set(script, functions);
    const addresses = names.map(async (name) => {
      const { AliasArn } = await this.#client.send(
        new CreateAliasCommand({
          FunctionName: this.#name,
          Name: `${script}-${name}`,
          FunctionVersion: '$LATEST',
        }),
      );
      return [name, AliasArn ?? ''] as const;
    });
    return new Map(await Promise.all(addresses));
  }

  async #reply(request: IncomingMessage): Promise<Reply> {
    const [script = '', name = ''] = (request.url ?? '').slice(1).split('-');
    const payload: unknown = JSON.parse(await text(request));
    const functions = this.#scripts.get(script);
    return functions?.call(name, payload) ?? { error: 'NotScripted', cause: `no script ${script}` };
  }

  async remove(): Promise<void> {
    await this.#client.send(new DeleteFunctionCommand({ FunctionName: this.#name }));
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** How functions reach this process: they run on this machine, or in a container on it. */
async function hostOfTests(): Promise<string> {
  const response = await fetch(new URL('/_localstack/info', localStack().endpoint));
  const { is_docker: contained } = (await response.json()) as { is_docker: boolean };
  return contained ? 'host.docker.internal' : '127.0.0.1';
}

/** A zip of one file, stored as it is. */
function zipOf(name: string, content: string): Buffer {
  const body = Buffer.from(content);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(body), 10);
  common.writeUInt32LE(body.length, 14);
  common.writeUInt32LE(body.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), body]);
  const place = Buffer.alloc(14);
  // A regular file that everybody may read.
  place.writeUInt32LE((0o100644 << 16) >>> 0, 6);
  const directory = Buffer.concat([Buffer.from([0x50, 0x4b, 1, 2, 20, 3]), common, place, Buffer.from(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, directory, end]);
}
