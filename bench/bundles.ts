import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Bundle, bundle, bundleText } from '../deploy/bundle.ts';
import { deployedFolders, functionName } from '../deploy/package.ts';

/** What a function loads when it starts may be this much larger, and import this much slower, than nothing but its own SDK clients. */
const LIMIT = 1.5;
/** Imports of each, in turn with its bare sibling: the median counts. */
const ROUNDS = 9;

const ROOT = resolve(import.meta.dirname, '..');
const run = promisify(execFile);

const ROLE = 'arn:aws:iam::000000000000:role/bench';
const NAMES: Readonly<Record<string, string>> = {
  REKEY_REGISTRY_TABLE: 'registry',
  REKEY_AUDIT_TABLE: 'audit',
  REKEY_PREFIX: 'rekey-bench',
  REKEY_MANIFESTS_BUCKET: 'manifests',
  REKEY_ARCHIVE_BUCKET: 'archive',
  REKEY_ARCHIVE_DAYS: '400',
  REKEY_SIGNING_KEY: 'signing',
  REKEY_AUDIT_BUS: 'audit',
  REKEY_NOTICES_TOPIC: 'notices',
  REKEY_PROVER_ROLE: ROLE,
  REKEY_TELLER_ROLE: ROLE,
  REKEY_CANARY_ROLE: ROLE,
  REKEY_MACHINES: JSON.stringify(
    Object.fromEntries(
      ['break-glass', 'scheduled-rotation', 'manual-rotation'].map((machine) => [
        machine,
        `arn:aws:states:us-east-1:000000000000:stateMachine:${machine}`,
      ]),
    ),
  ),
  REKEY_LATE_READS: 'https://sqs.us-east-1.amazonaws.com/000000000000/late',
  REKEY_SLACK_INBOX: 'https://sqs.us-east-1.amazonaws.com/000000000000/bench',
  REKEY_SLACK_ROLE: ROLE,
  REKEY_WORKERS: JSON.stringify({
    RestoreTarget: { local: 'bench' },
    CheckTarget: { local: 'bench' },
    NoteIdentities: { local: 'bench' },
    RestoreClass: 'bench',
  }),
  REKEY_KEY_ROLES: JSON.stringify({
    account: '000000000000',
    region: 'us-east-1',
    secretPrefix: 'rekey-bench',
    readers: [],
    reissuers: [],
    rotators: [],
    provers: [ROLE],
    comparers: [ROLE],
    makers: [],
    fenceOperators: [ROLE],
    destroyers: [],
    responders: [],
  }),
};

/** One whole process each time, as a cold start is one: milliseconds from before the import to after it. */
async function importMs(file: string, environment: Readonly<Record<string, string>>): Promise<number> {
  const source = `const at = performance.now(); await import(${JSON.stringify(file)}); process.stdout.write(String(performance.now() - at)); process.exit(0);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', source], {
    env: { PATH: process.env['PATH'], ...environment },
  });
  return Number(stdout);
}

/** Everything of the SDK that these sources name, made and kept: what a function that did nothing would still load. */
function clientsOf(inputs: readonly string[]): string {
  const named = new Map<string, Set<string>>();
  for (const path of inputs.filter((input) => !input.startsWith('node_modules/'))) {
    const source = readFileSync(join(ROOT, path), 'utf8');
    for (const [, names = '', from = ''] of source.matchAll(
      /import \{([^}]*)\} from '(@aws-sdk\/client-[a-z0-9-]+)'/g,
    )) {
      const values = names
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '' && !name.startsWith('type '));
      named.set(from, new Set([...(named.get(from) ?? []), ...values]));
    }
  }
  return [...named]
    .flatMap(([from, names], index) => {
      const [client] = [...names].filter((name) => name.endsWith('Client'));
      return [
        `import { ${[...names].join(', ')} } from '${from}';`,
        `export const used${index} = [${[...names].join(', ')}, new ${client}({})];`,
      ];
    })
    .join('\n');
}

const textOf = (code: Uint8Array) => Buffer.from(code).toString('utf8');
const kb = (bytes: number) => (bytes / 1024).toFixed(0).padStart(7);
const sizeOf = ({ files }: Bundle, names: readonly string[]) =>
  names.reduce((bytes, name) => bytes + (files[name]?.length ?? 0), 0);
const sizeAtStart = (of: Bundle) => sizeOf(of, of.atStart.files);

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Answers for KMS at once: who signs asks for his public key when he starts. */
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const answer = JSON.stringify({
  KeyId: 'arn:aws:kms:us-east-1:000000000000:key/bench',
  KeySpec: 'ECC_NIST_P256',
  PublicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
});
const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/x-amz-json-1.1').end(answer);
});
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));

const folder = mkdtempSync(join(tmpdir(), 'rekey-bundles-'));
try {
  process.stdout.write(
    `${'function'.padEnd(20)}${'whole'.padStart(7)}${'KB'.padStart(7)}${'bare'.padStart(7)}${'×'.padStart(6)}${'ms'.padStart(8)}${'bare'.padStart(7)}${'×'.padStart(6)}\n`,
  );
  for (const each of deployedFolders()) {
    const name = functionName(each);
    const built = await bundle(ROOT, `functions/${each}/lambda.ts`);
    const bare = await bundleText(ROOT, clientsOf(built.atStart.inputs));
    const files = { built: join(folder, name, 'index.mjs'), bare: join(folder, `${name}-bare`, 'index.mjs') };
    for (const which of ['built', 'bare'] as const) {
      mkdirSync(join(files[which], '..'), { recursive: true });
      for (const [file, code] of Object.entries((which === 'built' ? built : bare).files))
        writeFileSync(join(files[which], '..', file), code);
    }
    const read = new Set(
      Object.values(built.files).flatMap((code) => textOf(code).match(/REKEY_[A-Z_]+/g) ?? []),
    );
    const environment = {
      ...Object.fromEntries(Object.entries(NAMES).filter(([key]) => read.has(key))),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    };
    const times = { built: [] as number[], bare: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      times.built.push(await importMs(files.built, environment));
      times.bare.push(await importMs(files.bare, environment));
    }
    const [whole, own, others] = [
      sizeOf(built, Object.keys(built.files)),
      sizeAtStart(built),
      sizeAtStart(bare),
    ];
    const size = own / others;
    const time = median(times.built) / median(times.bare);
    const over = Math.max(size, time) > LIMIT;
    process.stdout.write(
      `${name.padEnd(20)}${kb(whole)}${kb(own)}${kb(others)}${size.toFixed(2).padStart(6)}${median(times.built).toFixed(1).padStart(8)}${median(times.bare).toFixed(1).padStart(7)}${time.toFixed(2).padStart(6)}${over ? '  over' : ''}\n`,
    );
    if (over) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
  server.close();
}
