import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { answersTheForbidden } from '../../../../shared/adapters/aws/kms/forbidden.ts';
import { vendor } from '../../../support/vendor.ts';

const KEY = 'arn:aws:kms:us-east-1:111122223333:key/1';

test('[injected] [7.2] a key that refuses to be described asks its policy; one that answers asks nobody', async () => {
  const kms = mockClient(KMSClient);
  kms.on(DescribeKeyCommand, { KeyId: KEY }).rejectsOnce(vendor('AccessDeniedException'));
  const client = new KMSClient({ region: 'us-east-1' });
  expect(await answersTheForbidden(client, KEY)).toBe(false);
  kms.on(DescribeKeyCommand, { KeyId: KEY }).resolves({});
  expect(await answersTheForbidden(client, KEY)).toBe(true);
  kms.on(DescribeKeyCommand, { KeyId: KEY }).rejects(vendor('ThrottlingException'));
  expect(await answersTheForbidden(client, KEY)).toBe(false);
});
