import { DescribeKeyCommand, DisableKeyCommand, KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { createKeySwitch } from '../../../../shared/adapters/aws/kms/key-switch.ts';
import { FrozenClock } from '../../../support/clock.ts';
import { NO_ANSWER, vendor } from '../../../support/vendor.ts';

const client = new KMSClient({ region: 'us-east-1' });
const calls = mockClient(client);
const keys = createKeySwitch(client, 'rekey-test', new FrozenClock());

beforeEach(() => calls.reset());

test('finds the keys of a class on whatever page they are, newest first, those too that may not be looked at', async () => {
  calls
    .on(ListAliasesCommand)
    .resolvesOnce({
      Aliases: [{ AliasName: 'alias/rekey-test/class/payments/9', TargetKeyId: 'nine' }],
      Truncated: true,
      NextMarker: 'next',
    })
    .resolves({
      Aliases: [
        { AliasName: 'alias/rekey-test/class/payments/10', TargetKeyId: 'ten' },
        { AliasName: 'alias/rekey-test/spare', TargetKeyId: 'spare' },
      ],
    });
  calls
    .on(DescribeKeyCommand, { KeyId: 'nine' })
    .resolves({ KeyMetadata: { KeyId: 'nine', Arn: 'arn:nine', KeyState: 'Enabled' } })
    .on(DescribeKeyCommand, { KeyId: 'ten' })
    .rejects(vendor('AccessDeniedException'));
  expect(await keys.keysOf('payments')).toEqual([
    { epoch: 10, keyId: 'ten', state: 'unknown' },
    { epoch: 9, keyId: 'nine', state: 'Enabled' },
  ]);
});

test('[5.4] a key is off when KMS says so, not when it took the call', async () => {
  calls.on(DisableKeyCommand).resolves({});
  calls
    .on(DescribeKeyCommand)
    .resolvesOnce({ KeyMetadata: { KeyId: 'one', Arn: 'arn:one', KeyState: 'Enabled' } })
    .resolves({ KeyMetadata: { KeyId: 'one', Arn: 'arn:one', KeyState: 'Disabled' } });
  expect(await keys.switchOff('one')).toBe('observed');
  expect(calls.commandCalls(DescribeKeyCommand)).toHaveLength(2);
});

test('[5.4] one that KMS does not say to be off was asked for, and no more', async () => {
  calls.on(DisableKeyCommand).resolves({});
  calls
    .on(DescribeKeyCommand)
    .resolves({ KeyMetadata: { KeyId: 'one', Arn: 'arn:one', KeyState: 'Enabled' } });
  expect(await keys.switchOff('one')).toBe('asked');
});

test('[injected] AccessDeniedException of the switch names the permission; an answer that is lost may have been done', async () => {
  calls.on(DisableKeyCommand).rejects(vendor('AccessDeniedException', 'not authorized'));
  await expect(keys.switchOff('one')).rejects.toMatchObject({
    family: 'Denied',
    message: expect.stringContaining('kms:DisableKey for one'),
    safe: 'The key is as open or closed as it was.',
  });
  calls.on(DisableKeyCommand).rejects(NO_ANSWER);
  await expect(keys.switchOff('one')).rejects.toMatchObject({ family: 'OutcomeUnknown' });
});
