import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openState } from '../local/state.ts';

const REKEY = new URL('../cli/rekey.ts', import.meta.url).pathname;
const INSTALL = new URL('../test/install-scanners.sh', import.meta.url).pathname;

/** Secrets whose values are sought. */
const KNOWN = 10_000;
/** One line in so many holds one of them. */
const LEAKS_EVERY = 1_000;

interface ScanWorld {
  /** Megabytes a second of a whole process over the same file, by who scans it. */
  readonly by: Readonly<Record<'rekey' | 'gitleaks' | 'detectSecrets', () => number>>;
  stop(): void;
}

/** A log of that many megabytes, as services write it: plain and JSON lines, ids, paths, escapes. */
export async function createScanWorld(megabytes: number): Promise<ScanWorld> {
  const bin = execFileSync(INSTALL, { encoding: 'utf8' }).trim();
  const home = mkdtempSync(join(tmpdir(), 'rekey-bench-scan-'));
  const values = Array.from({ length: KNOWN }, () => randomBytes(18).toString('base64url'));
  const state = openState(home);
  const key = await state.services.keys.ensure('bench', 1, 'open');
  await state.services.store.putPending(
    values.map((value, index) => ({
      ref: `vault://bench/s${index}`,
      versionId: `version-${index}`,
      epoch: 1,
      keyId: key.id,
      value,
    })),
  );
  state.close();
  const file = join(home, 'app.log');
  const lines: string[] = [];
  for (let [bytes, index] = [0, 0]; bytes < megabytes * 1e6; index += 1) {
    const line = lineAt(index, index % LEAKS_EVERY === 0 ? (values[index % KNOWN] ?? '') : '-');
    lines.push(line);
    bytes += line.length + 1;
  }
  const text = `${lines.join('\n')}\n`;
  writeFileSync(file, text);
  const rate = (command: string, words: readonly string[], from: string | null) => {
    const input = from === null ? null : openSync(from, 'r');
    const began = performance.now();
    const { status, stderr } = spawnSync(command, words, {
      // detect-secrets leaves out what is not below its folder.
      cwd: home,
      stdio: [input ?? 'ignore', 'ignore', 'pipe'],
      env: { ...process.env, REKEY_HOME: home },
    });
    const seconds = (performance.now() - began) / 1_000;
    if (input !== null) closeSync(input);
    // Scanners end with 1 where they found something.
    if (status !== 0 && status !== 1)
      throw new Error(`${command} ended with ${status}: ${stderr.toString()}`);
    return text.length / 1e6 / seconds;
  };
  return {
    by: {
      rekey: () => rate(process.execPath, [REKEY, 'scan', '--stdin'], file),
      gitleaks: () => rate(join(bin, 'gitleaks'), ['stdin', '--no-banner', '-l', 'error'], file),
      detectSecrets: () => rate(join(bin, 'detect-secrets'), ['scan', '--all-files', 'app.log'], null),
    },
    stop: () => rmSync(home, { recursive: true, force: true }),
  };
}

function lineAt(index: number, said: string): string {
  const time = new Date(1_795_489_200_000 + index * 7).toISOString();
  const id = randomBytes(8).toString('hex');
  switch (index % 4) {
    case 0:
      return `${time} INFO  [http-${index % 8}] c.acme.Orders - GET /v1/orders/${index}/items?page=2 200 in ${index % 97} ms, trace ${id}, said ${said}`;
    case 1:
      return `{"time":"${time}","level":"info","svc":"checkout","trace":"${id}","msg":"order ${index} paid","amount":${index % 9_999},"ref":"${said}"}`;
    case 2:
      return `10.0.${index % 256}.${index % 199} - - [${time}] "POST /login?next=%2Faccount%2F${index} HTTP/1.1" 302 0 "-" "Mozilla/5.0 (X11; Linux x86_64)" ${said}`;
    default:
      return `{"time":"${time}","level":"warn","msg":"retry of \\"charge\\" after ${index % 5} s","trace":"${id}","said":"${said}"}`;
  }
}
