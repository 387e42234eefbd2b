import { expect, test } from 'vitest';
import { countUnits } from '../../bench/tables/counted-client.ts';
import { reissue } from '../../bench/tables/reissue.ts';
import { createTables, localDynamo } from '../support/dynamodb.ts';

/** Write units of one secret's re-issue with one consumer told, audit included, as docs/aws-tables.md adds them up. */
const MOST_WRITES = 38;
const MOST_READS = 24;

test('[5.4] a re-issue writes and reads no more of the tables than it was priced at', async () => {
  const tables = await createTables();
  const count = countUnits(tables.client, localDynamo());
  const secrets = 80;
  const proven = await reissue(
    { client: tables.client, registryTable: tables.registry, auditTable: tables.audit },
    count,
    { secrets, cause: 'values-leaked' },
  );
  expect(proven).toBe(secrets);
  const units = [...count.units()].filter(([name]) => !/^(enrol|after)\t/.test(name)).map(([, one]) => one);
  const writes = units.reduce((sum, one) => sum + one.writes, 0);
  const reads = units.reduce((sum, one) => sum + one.reads, 0);
  expect(writes / secrets).toBeLessThan(MOST_WRITES);
  expect(reads / secrets).toBeLessThan(MOST_READS);
  expect(writes / secrets).toBeGreaterThan(18);
});
