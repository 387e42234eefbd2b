import { Command } from 'commander';
import { byService, dollarsOf, type Used } from './meter.ts';
import { nativeRotation } from './native.ts';
import { PRICED_ON, PRICES } from './prices.ts';
import { breakGlass, plainReissue } from './runs.ts';

const { secrets, detail } = new Command('cost')
  .description(
    'What 1,000 secrets cost on AWS: each call counted over doubles of AWS, by a dated price table.',
  )
  .option('--secrets <n>', 'secrets of one class, on four targets', Number, 1_000)
  .option('--detail', 'also what used it')
  .parse()
  .opts<{ secrets: number; detail?: boolean }>();

const say = (line: string) => process.stdout.write(`${line}\n`);
const plain = await plainReissue(secrets);
const leaked = await breakGlass(secrets, 'values-leaked');
const hostile = await breakGlass(secrets, 'reader-compromised');
for (const [name, { proven }] of Object.entries({ plain, leaked, hostile })) {
  if (proven !== secrets)
    throw new Error(`${name}: ${proven} of ${secrets} proven, so this counts something else`);
}
const columns: readonly (readonly [string, readonly Used[]])[] = [
  ['native', nativeRotation(secrets)],
  ['re-issue', plain.used],
  ['values-leaked', leaked.used],
  ['fence and cut', hostile.used],
];

say(`Dollars for 1,000 secrets, prices of ${PRICED_ON}\n`);
say(['', ...columns.map(([name]) => name)].map((text, index) => pad(text, index)).join(''));
const sums = columns.map(([, used]) => byService(used));
const services = [...new Set(sums.flatMap((sum) => [...sum.keys()]))].sort();
const per1000 = (dollars: number) => ((dollars / secrets) * 1_000).toFixed(4);
for (const service of services)
  say(
    line(
      service,
      sums.map((sum) => per1000(sum.get(service) ?? 0)),
    ),
  );
say(
  line(
    'together',
    sums.map((sum) => per1000([...sum.values()].reduce((all, one) => all + one, 0))),
  ),
);

say('\nWhat was used\n');
for (const [priced, { unit }] of Object.entries(PRICES)) {
  const counts = columns.map(([, used]) =>
    used.filter((one) => one.priced === priced).reduce((sum, { count }) => sum + count, 0),
  );
  if (counts.some((count) => count > 0))
    say(
      line(
        `${priced.replace(/[A-Z].*/, '')} ${unit}`,
        counts.map((count) => amount((count / secrets) * 1_000)),
      ),
    );
}
say(
  line(
    'seconds',
    ['', plain.seconds, leaked.seconds, hostile.seconds].map((s) => (s === '' ? '' : amount(Number(s)))),
  ),
);

if (detail === true) {
  for (const [name, used] of columns) {
    say(`\n${name}\n`);
    for (const one of [...used].sort((a, b) => dollarsOf(b) - dollarsOf(a)))
      say(
        `${`${one.priced} ${one.by}`.padEnd(56)}${amount(one.count).padStart(12)}${per1000(dollarsOf(one)).padStart(10)}`,
      );
  }
}

function line(name: string, values: readonly string[]): string {
  return [name, ...values].map(pad).join('');
}

function pad(text: string, index: number): string {
  return index === 0 ? text.padEnd(36) : text.padStart(15);
}

function amount(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}
