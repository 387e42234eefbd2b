import { Command } from 'commander';
import { CAUSES, type Cause } from '../../shared/domain/cause.ts';
import { createTables, localDynamo } from '../../test/support/dynamodb.ts';
import { countUnits, type Units } from './counted-client.ts';
import { reissue } from './reissue.ts';

/** Dollars a million units, on demand, us-east-1, November 2026: https://aws.amazon.com/dynamodb/pricing/on-demand/ */
const WRITE_DOLLARS = 0.625;
const READ_DOLLARS = 0.125;

const { secrets, cause } = new Command('table-units')
  .description('What a re-issue consumes of both tables, by ReturnConsumedCapacity on LocalStack.')
  .option('--secrets <n>', 'secrets of one class, on four targets, one consumer', Number, 1_000)
  .option('--cause <cause>', CAUSES.join(', '), 'values-leaked')
  .parse()
  .opts<{ secrets: number; cause: Cause }>();

const tables = await createTables();
const count = countUnits(tables.client, localDynamo());
const place = { client: tables.client, registryTable: tables.registry, auditTable: tables.audit };
const proven = await reissue(place, count, { secrets, cause });

const dollars = ({ writes, reads }: Units) => (writes * WRITE_DOLLARS + reads * READ_DOLLARS) / 1e6;
const line = (name: string, units: Units) =>
  `${name.padEnd(48)}${units.writes.toFixed(0).padStart(9)}${units.reads.toFixed(0).padStart(9)}${String(units.calls).padStart(8)}${dollars(units).toFixed(5).padStart(10)}`;
const sum = (of: readonly Units[]): Units =>
  of.reduce(
    (total, { writes, reads, calls }) => ({
      writes: total.writes + writes,
      reads: total.reads + reads,
      calls: total.calls + calls,
    }),
    { writes: 0, reads: 0, calls: 0 },
  );

process.stdout.write(`${'stage, table, call'.padEnd(48)}   writes    reads   calls   dollars\n`);
const all = [...count.units()].filter(([name]) => !/^(enrol|after)\t/.test(name));
for (const [name, units] of all) {
  const shown = name.replace(tables.registry, 'registry').replace(tables.audit, 'audit');
  process.stdout.write(`${line(shown.replaceAll('\t', ' '), units)}\n`);
}
const total = sum(all.map(([, units]) => units));
process.stdout.write(`${line('together', total)}\n`);
process.stdout.write(
  `${proven} of ${secrets} proven; per 1,000: ${((total.writes / secrets) * 1_000).toFixed(0)} write units, ${((total.reads / secrets) * 1_000).toFixed(0)} read units, ${((dollars(total) / secrets) * 1_000).toFixed(4)} dollars\n`,
);
