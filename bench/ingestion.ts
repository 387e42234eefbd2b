import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openState, type State } from '../local/state.ts';
import { toRecords } from '../shared/domain/config/records.ts';
import { ConfigFile } from '../shared/domain/config/schema.ts';
import { putValues } from '../shared/driver/put-values.ts';
import { createResolver } from '../shared/driver/resolver.ts';
import { DECOY_REF, READ_REFS } from './reads-world.ts';

const ENGINE = new URL('../local/engine/main.ts', import.meta.url).pathname;
const FLOOD = new URL('read-flood.ts', import.meta.url).pathname;
const READ_EVERY_MS = 20;
/** A decoy is touched at every so manieth of them. */
const TOUCH_EVERY = 10;

export interface Ingestion {
  /** Of single reads, while nobody else reads. */
  readonly aloneMs: readonly number[];
  /** Of single reads beside the flood. */
  readonly besideMs: readonly number[];
  /** From a decoy's read being asked to its finding being in the audit, beside the flood. */
  readonly findingMs: readonly number[];
  /** Reads of the flood that were answered in a second, each with its entry on the disk before. */
  readonly perSecond: number;
  /** Of all reads, how many had no entry in the chain when the flood was over for a second. */
  readonly unchained: number;
}

/** An engine, consumers that read `perSecond` times a second for so long, and a reader beside them, each a process. */
export async function measureIngestion(perSecond: number, seconds: number): Promise<Ingestion> {
  const home = mkdtempSync(join(tmpdir(), 'rekey-bench-reads-'));
  const state = openState(home);
  await enrol(state);
  const engine = spawn(process.execPath, [ENGINE], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, REKEY_HOME: home },
  });
  const ended = once(engine, 'exit');
  try {
    await settled(state);
    const alone = await readFor(state, 'alone', 4_000);
    const flood = spawn(process.execPath, [FLOOD, JSON.stringify({ home, perSecond, seconds })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said: string[] = [];
    flood.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    await once(flood.stdout, 'data');
    const [beside] = await Promise.all([readFor(state, 'beside', seconds * 1_000), once(flood, 'exit')]);
    const { answered, failed, tookMs } = JSON.parse(said.join('').split('\n')[1] ?? '') as {
      answered: number;
      failed: number;
      tookMs: number;
    };
    if (failed > 0) throw new Error(`${failed} reads were not answered`);
    await state.services.clock.sleep(1_000);
    const row = state.database
      .prepare("SELECT count(*) AS n FROM audit WHERE seq IS NULL AND action = 'read'")
      .get();
    return {
      aloneMs: alone.readMs,
      besideMs: beside.readMs,
      findingMs: beside.findingMs,
      perSecond: answered / (tookMs / 1_000),
      unchained: Number(row?.['n']),
    };
  } finally {
    engine.kill('SIGTERM');
    await ended;
    state.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function enrol({ services }: State): Promise<void> {
  const config = ConfigFile.parse({
    version: 1,
    classes: { payments: { owner: 'bench', maxAge: '30d' } },
    secrets: [
      ...READ_REFS.map((ref) => ({ ref, class: 'payments', tenant: 'acme' })),
      { ref: DECOY_REF, class: 'payments', tenant: 'acme', decoy: true },
    ],
  });
  await services.registry.applyEnrolment([{ put: toRecords(config), remove: {}, entries: [] }]);
  await putValues(
    services,
    READ_REFS.map((ref) => ({ ref, value: `bench-${ref}` })),
    { user: 'bench', source: 'test', replace: false },
  );
}

/** What was put is chained and judged: the engine has nothing left to do. */
async function settled({ database, services }: State): Promise<void> {
  const waiting = database.prepare('SELECT 1 FROM audit WHERE seq IS NULL LIMIT 1');
  do await services.clock.sleep(500);
  while (waiting.get() !== undefined);
}

async function readFor(
  state: State,
  who: string,
  forMs: number,
): Promise<{ readonly readMs: number[]; readonly findingMs: number[] }> {
  const resolver = createResolver(state.services);
  const finding = state.database.prepare("SELECT 1 FROM audit WHERE action = 'finding' AND doc LIKE ?");
  const [readMs, findingMs]: [number[], number[]] = [[], []];
  const untilMs = performance.now() + forMs;
  for (let round = 0; performance.now() < untilMs; round += 1) {
    const beganMs = performance.now();
    await resolver.read(READ_REFS[round % READ_REFS.length] ?? '', { user: who, source: '10.0.0.9' });
    readMs.push(performance.now() - beganMs);
    if (round % TOUCH_EVERY === 0) {
      const thief = `thief-${who}-${round}`;
      const touchedMs = performance.now();
      await resolver.read(DECOY_REF, { user: thief, source: '10.0.0.9' }).catch(() => undefined);
      while (finding.get(`%${thief}%`) === undefined) await state.services.clock.sleep(1);
      findingMs.push(performance.now() - touchedMs);
    }
    await state.services.clock.sleep(Math.max(0, READ_EVERY_MS - (performance.now() - beganMs)));
  }
  return { readMs, findingMs };
}
