import { expect, test } from 'vitest';
import { createAwsNaming } from '../../../../shared/adapters/aws/naming.ts';

const naming = createAwsNaming({ prefix: 'rekey-prod', account: '111122223333' });

test('[6.2] a stage’s secrets are known by its prefix, and another’s are not', () => {
  expect(naming.refOf('rekey-prod/payments/ledger')).toBe('vault://payments/ledger');
  expect(naming.refOf('rekey-production/payments/ledger')).toBeNull();
  expect(naming.refOf('payments/ledger')).toBeNull();
});

test('[7.1] its own roles are of its own account: a name is anybody’s to give', () => {
  expect(naming.isOwn('arn:aws:iam::111122223333:role/rekey-prod-AdvanceBatchRole-1A2B')).toBe(true);
  expect(naming.isOwn('arn:aws:iam::111122223333:role/rekey-prod/rekey-prod-AdvanceBatchRole-1A2B')).toBe(
    true,
  );
  expect(naming.isOwn('arn:aws:iam::444455556666:role/rekey-prod-AdvanceBatchRole-1A2B')).toBe(false);
  expect(naming.isOwn('arn:aws:iam::111122223333:role/not-rekey-prod-AdvanceBatchRole')).toBe(false);
  expect(naming.isOwn('arn:aws:iam::111122223333:user/rekey-prod-AdvanceBatchRole')).toBe(false);
});
