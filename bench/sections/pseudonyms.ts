import { measurePseudonyms } from '../pseudonyms.ts';
import type { Run } from '../run.ts';
import { percentile } from '../spread.ts';

/** By how much a read may take longer for its pseudonyms, at the median. */
const MOST_MORE_MS = 1;

export async function measurePseudonymsBeside({ figures, rounds: times, say }: Run): Promise<void> {
  const rounds = { named: [], pseudonymous: [], more: [], met: [], forget: [] } as Record<string, number[]>;
  for (let round = 0; round < times; round += 1) {
    const { namedMs, pseudonymousMs, firstMetMs, forgetMs } = await measurePseudonyms();
    const [named, pseudonymous] = [percentile(namedMs, 50), percentile(pseudonymousMs, 50)];
    rounds['named']?.push(named);
    rounds['pseudonymous']?.push(pseudonymous);
    rounds['more']?.push(pseudonymous - named);
    rounds['met']?.push(firstMetMs);
    rounds['forget']?.push(forgetMs);
    say(
      `pseudonyms ${round + 1}: a read, median / 99th: ${named.toFixed(2)} / ${percentile(namedMs, 99).toFixed(2)} ms by name, ${pseudonymous.toFixed(2)} / ${percentile(pseudonymousMs, 99).toFixed(2)} ms by pseudonym; a name first met ${firstMetMs.toFixed(3)} ms; forgetting one of 10,000 ${forgetMs.toFixed(0)} ms`,
    );
  }
  const digits = 2;
  figures.add('namedReadMs', 'a read by name, median, ms', rounds['named'] ?? [], { digits });
  figures.add('pseudonymousReadMs', 'a read by pseudonym, median, ms', rounds['pseudonymous'] ?? [], {
    digits,
  });
  figures.add('pseudonymMoreMs', 'what its pseudonyms add to a read, ms', rounds['more'] ?? [], {
    digits,
    blocks: MOST_MORE_MS,
  });
  figures.add('firstMetMs', 'a name that is first met, ms', rounds['met'] ?? [], { digits: 3 });
  figures.add('forgetMs', 'forgetting one of 10,000, ms', rounds['forget'] ?? []);
}
