import { createLeakWorld } from '../leaks.ts';
import type { Run } from '../run.ts';
import { createScanWorld } from '../scan.ts';

export async function measureLeaks({ figures, rounds, say }: Run): Promise<void> {
  const world = await createLeakWorld(100_000, 10_000);
  const imports: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) imports.push(world.imported());
  } finally {
    world.stop();
  }
  figures.add('leaksImportMs', 'leaks import, 10,000 findings, ms', imports, { aim: '2,000' });
  const log = await createScanWorld(8);
  const rates = { rekey: [] as number[], gitleaks: [] as number[], detectSecrets: [] as number[] };
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const by of ['rekey', 'gitleaks', 'detectSecrets'] as const) rates[by].push(log.by[by]());
      say(
        `scan ${round + 1}: ${Object.entries(rates)
          .map(([by, some]) => `${by} ${some.at(-1)?.toFixed(1)} MB/s`)
          .join(', ')}`,
      );
    }
  } finally {
    log.stop();
  }
  const digits = 1;
  figures.add('scanMBs', 'scan, MB/s', rates.rekey, { digits });
  figures.add('scanGitleaksMBs', 'the same by gitleaks, MB/s', rates.gitleaks, { digits });
  figures.add('scanDetectSecretsMBs', 'the same by detect-secrets, MB/s', rates.detectSecrets, { digits });
}
