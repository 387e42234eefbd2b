import { makeExport, verifiedPerSecond } from '../audit-verify.ts';
import { createCanaryWorld } from '../first-canary.ts';
import { helpMs } from '../help.ts';
import { transitionsPerSecond } from '../interpreter.ts';
import type { Run } from '../run.ts';

export async function measureAims({ figures, rounds }: Run): Promise<void> {
  for (const count of [100, 1_000, 10_000]) {
    const world = await createCanaryWorld(count);
    try {
      const times: number[] = [];
      for (let round = 0; round < rounds; round += 1) times.push(await world.denied(round));
      figures.add(`firstDenialMs${count}`, `first refused canary, ${count} secrets, ms`, times, {
        aim: '100',
      });
    } finally {
      world.stop();
    }
  }
  const audit = await makeExport(200_000);
  const [byBytes, canonical]: [number[], number[]] = [[], []];
  const [helps, transitions]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    byBytes.push(await verifiedPerSecond(audit, false));
    canonical.push(await verifiedPerSecond(audit, true));
    helps.push(helpMs());
    transitions.push(await transitionsPerSecond(500));
  }
  figures.add('auditVerifyPerSecond', 'audit verify, entries a second', byBytes, { aim: 'at least 200,000' });
  figures.add('auditVerifyCanonicalPerSecond', 'audit verify --canonical, entries a second', canonical);
  figures.add('helpMs', 'rekey --help, ms', helps, { aim: '120' });
  figures.add('transitionsPerSecond', 'durable transitions a second', transitions);
}
