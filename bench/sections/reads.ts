import { measureIngestion } from '../ingestion.ts';
import type { Run } from '../run.ts';
import { percentile } from '../spread.ts';

/** Reads a second that an engine and its readers are given. */
const READS = 1_000;
const READ_SECONDS = 20;

export async function measureReads({ figures, rounds: times, say }: Run): Promise<void> {
  const rounds = {
    alone: [] as number[],
    beside: [] as number[],
    finding: [] as number[],
    rate: [] as number[],
  };
  for (let round = 0; round < times; round += 1) {
    const { aloneMs, besideMs, findingMs, perSecond, unchained } = await measureIngestion(
      READS,
      READ_SECONDS,
    );
    rounds.alone.push(percentile(aloneMs, 99));
    rounds.beside.push(percentile(besideMs, 99));
    rounds.finding.push(percentile(findingMs, 99));
    rounds.rate.push(perSecond);
    const both = (ms: readonly number[]) =>
      `${percentile(ms, 50).toFixed(1)} / ${percentile(ms, 99).toFixed(1)}`;
    say(
      `reads ${round + 1}: ${perSecond.toFixed(0)}/s answered, ${unchained} not chained a second later; median / 99th: a read alone ${both(aloneMs)} ms, beside them ${both(besideMs)} ms, to the finding ${both(findingMs)} ms (${findingMs.length})`,
    );
  }
  const digits = 1;
  // What is offered; a little less is answered where the last ones are waited for.
  figures.add('readsPerSecond', 'reads audited a second', rounds.rate, { least: 0.95 * READS });
  figures.add('readAloneMs', 'a read alone, 99th percentile, ms', rounds.alone, { digits });
  figures.add('readBesideMs', 'a read beside them, 99th percentile, ms', rounds.beside, { digits });
  figures.add('findingMs', 'read to finding, 99th percentile, ms', rounds.finding, { digits, aim: '100' });
}
