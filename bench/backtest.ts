import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pastInFiles } from '../cli/past-entries.ts';
import { backtest } from '../shared/domain/detect/backtest.ts';
import { STANDARD_POLICY } from '../shared/domain/detect/policy.ts';
import { aSecret } from '../test/contracts/records.ts';
import { seeded } from '../test/support/trail/random.ts';
import { anOpening, aRead, aRole, DAY_MS, MONDAY_MS, REFUSED } from '../test/support/trail/records.ts';

const PRINCIPALS = 2_000;
const SECRETS = 5_000;
const DAYS = 90;

/** A quarter's records, in the order in which they happened: each principal reads five secrets, one in fifty is refused. */
function* linesOf(count: number): Generator<string> {
  const random = seeded(1);
  for (let index = 0; index < count; index += 1) {
    const principal = Math.floor(random() * PRINCIPALS);
    const name = `app-${(principal * 5 + Math.floor(random() * 5)) % SECRETS}`;
    const about = {
      userIdentity: aRole(`Service${principal}`),
      sourceIPAddress: `10.0.${principal % 250}.7`,
      ...(random() < 0.02 ? REFUSED : {}),
    };
    const atMs = MONDAY_MS - DAYS * DAY_MS + Math.floor((index / count) * DAYS * DAY_MS);
    const record = random() < 0.4 ? anOpening(atMs, name, about) : aRead(atMs, name, about);
    yield `${JSON.stringify(record)}\n`;
  }
}

export interface BacktestFigures {
  /** From the file to what is printed. */
  readonly seconds: number;
  readonly records: number;
  readonly findings: number;
  readonly heldMiB: number;
}

export async function measureBacktest(records: number): Promise<BacktestFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-bench-'));
  try {
    const file = join(folder, 'trail.jsonl.gz');
    await pipeline(Readable.from(linesOf(records)), createGzip({ level: 1 }), createWriteStream(file));
    const secrets = Array.from({ length: SECRETS }, (_, index) =>
      aSecret(`vault://app-${index}`, `class-${index % 20}`, ''),
    );
    const startedMs = performance.now();
    const past = await pastInFiles([file], { secrets, prefix: null });
    const result = backtest(past.entries, { proposed: STANDARD_POLICY, enrolled: STANDARD_POLICY });
    const seconds = (performance.now() - startedMs) / 1_000;
    const findings = result.rules.reduce((sum, rule) => sum + rule.findings, 0);
    return { seconds, records: result.entries, findings, heldMiB: process.memoryUsage().heapUsed / 2 ** 20 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
