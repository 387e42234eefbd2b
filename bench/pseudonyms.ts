import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openState } from '../local/state.ts';
import { toRecords } from '../shared/domain/config/records.ts';
import { ConfigFile } from '../shared/domain/config/schema.ts';
import { putValues } from '../shared/driver/put-values.ts';

const REF = 'vault://prod/payments/s0';
/** Reads of each kind, in turns of so many. */
const READS = 3_000;
const TURN = 100;
/** Who reads: names that come again and again. */
const READERS = 200;
/** Names that one who is forgotten stands among. */
const PEOPLE = 10_000;

export interface PseudonymCosts {
  /** Of single reads by the resolver, their entry on the disk. */
  readonly namedMs: readonly number[];
  readonly pseudonymousMs: readonly number[];
  /** Of names that were never met, for each. */
  readonly firstMetMs: number;
  /** To forget one of so many. */
  readonly forgetMs: number;
}

/** The same reads with names and with pseudonyms, in turns, on one state. */
export async function measurePseudonyms(): Promise<PseudonymCosts> {
  const home = mkdtempSync(join(tmpdir(), 'rekey-bench-pseudonyms-'));
  const state = openState(home);
  try {
    const { services, resolver } = state;
    const config = ConfigFile.parse({
      version: 1,
      classes: { payments: { owner: 'bench', maxAge: '30d' } },
      secrets: [{ ref: REF, class: 'payments', tenant: 'acme' }],
    });
    await services.registry.applyEnrolment([{ put: toRecords(config), remove: {}, entries: [] }]);
    await putValues(services, [{ ref: REF, value: 'bench-value' }], {
      user: 'bench',
      source: 'test',
      replace: false,
    });
    const switched = (pseudonyms: boolean) =>
      services.registry.applyEnrolment([
        { put: { audit: [{ v: 1, name: 'audit', pseudonyms }] }, remove: {}, entries: [] },
      ]);
    const read = async (n: number) => {
      const beganMs = performance.now();
      await resolver.read(REF, {
        user: `reader-${n % READERS}@example.com`,
        source: `10.0.0.${n % READERS}`,
      });
      return performance.now() - beganMs;
    };
    await switched(true);
    for (let n = 0; n < READERS; n += 1) await read(n);
    const [namedMs, pseudonymousMs]: [number[], number[]] = [[], []];
    for (let from = 0; from < READS; from += TURN)
      for (const [pseudonyms, took] of [
        [false, namedMs],
        [true, pseudonymousMs],
      ] as const) {
        await switched(pseudonyms);
        for (let n = from; n < from + TURN; n += 1) took.push(await read(n));
      }
    const names = Array.from({ length: PEOPLE }, (_, n) => `person-${n}@example.com`);
    const metMs = performance.now();
    const made = await services.pseudonyms.of(names);
    const firstMetMs = (performance.now() - metMs) / PEOPLE;
    const forgottenMs = performance.now();
    await services.pseudonyms.forget([made.get(names[0] ?? '') ?? '']);
    return { namedMs, pseudonymousMs, firstMetMs, forgetMs: performance.now() - forgottenMs };
  } finally {
    state.close();
    rmSync(home, { recursive: true, force: true });
  }
}
