import { expect, test } from 'vitest';
import { byService } from '../../bench/cost/meter.ts';
import { breakGlass, type CostRun, plainReissue } from '../../bench/cost/runs.ts';

/** Few enough to be counted in seconds, and whole batches. */
const SECRETS = 80;

/** Dollars for 1,000 secrets, what is paid once an incident left out: DynamoDB, KMS and Secrets Manager alone. */
function dollarsEach({ used }: CostRun): number {
  const sums = byService(used);
  const each = ['DynamoDB', 'KMS', 'Secrets Manager'].map((service) => sums.get(service) ?? 0);
  return (each.reduce((sum, one) => sum + one, 0) / SECRETS) * 1_000;
}

test('[5.4] a plain re-issue costs no more than it was priced at', async () => {
  const run = await plainReissue(SECRETS);
  expect(run.proven).toBe(SECRETS);
  expect(dollarsEach(run)).toBeLessThan(0.044);
}, 60_000);

test('[5.4] a break-glass costs no more than it was priced at', async () => {
  const run = await breakGlass(SECRETS, 'values-leaked');
  expect(run.proven).toBe(SECRETS);
  expect(dollarsEach(run)).toBeLessThan(0.07);
}, 60_000);
