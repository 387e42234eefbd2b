import { measureBacktest } from '../backtest.ts';
import { measureDetectors } from '../detectors.ts';
import type { Run } from '../run.ts';

/** One core: nothing of it waits. */
export function measureDetection({ figures, say }: Run): void {
  const { perSecond, halfMiB, fullMiB, findings, states } = measureDetectors(2_000_000);
  say(
    `detectors: ${findings} findings, ${states} states, ${halfMiB.toFixed(0)} MiB held at half, ${fullMiB.toFixed(0)} at the end`,
  );
  figures.add('eventsPerSecond', 'all detectors, events a second a core', perSecond, {
    least: 20_000,
    aim: 'at least 50,000',
  });
  figures.add('detectorsGrownMiB', 'held more by the second million events, MiB', [fullMiB - halfMiB], {
    digits: 1,
    blocks: 48,
  });
}

export async function measurePast({ figures, say }: Run): Promise<void> {
  const { seconds, records, findings, heldMiB } = await measureBacktest(1_000_000);
  say(`backtest: ${records} records, ${findings} findings, ${heldMiB.toFixed(0)} MiB held`);
  figures.add('backtestSeconds', 'backtest of 1,000,000 records, s', [seconds], { digits: 1 });
}
