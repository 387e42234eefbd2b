import type { Run } from '../run.ts';
import { measureDecision, measureYear } from '../schedule.ts';

export function measureSchedule({ figures, rounds, say }: Run): void {
  const decision = measureDecision(100_000, 4 * rounds);
  figures.add('decisionMs', 'decision over 100,000 secrets, ms', decision.ms, { aim: '200' });
  figures.add('decisionGrownMiB', 'held more after as many decisions, MiB', [decision.grownMiB], {
    digits: 1,
    blocks: 8,
  });
  const year = measureYear(10_000);
  say(`a year of schedules: ${JSON.stringify(year)}`);
  figures.add('yearSeconds', 'a year of schedules for 10,000 secrets, s', [year.seconds], { aim: '60' });
  // Their maximum age.
  figures.add('yearOldestDays', 'oldest value in it, days', [year.oldestDays], { digits: 1, blocks: 30 });
}
