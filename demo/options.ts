import { Command, InvalidArgumentError, Option } from 'commander';
import { CAUSES, type Cause } from '../shared/domain/cause.ts';

export interface DemoOptions {
  readonly secrets: number;
  readonly cause: Cause;
  readonly cut?: 'now';
  readonly deadTarget?: 'stopped' | 'hanging';
  readonly keep?: boolean;
  readonly json?: boolean;
}

export function readOptions(words: readonly string[]): DemoOptions {
  return new Command('demo')
    .description(
      'Break-glass on real PostgreSQL servers, watched by a thief and a consumer. `rotation` instead of options: a class that rotates by itself, and on request, at PostgreSQL, Redis and MariaDB. `reads`: a day of who reads what, five things noticed in it, and what contains them.',
    )
    .option('--secrets <n>', 'login roles over four servers', countOf, 200)
    .addOption(new Option('--cause <cause>').choices(CAUSES).default('values-leaked'))
    .addOption(new Option('--cut <when>', 'cut first, also for values-leaked').choices(['now']))
    .addOption(
      new Option('--dead-target <how>', 'what the last server is during the incident').choices([
        'stopped',
        'hanging',
      ]),
    )
    .option('--keep', 'leave it running afterwards')
    .option('--json', 'one object on standard output')
    .parse([...words], { from: 'user' })
    .opts<DemoOptions>();
}

function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 4 || count > 20_000) throw new InvalidArgumentError('4 to 20000');
  return count;
}
