import { gzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { createS3Trail } from '../../../../shared/adapters/aws/s3/trail.ts';
import { vendor } from '../../../support/vendor.ts';

const PLACE = { bucket: 'archive', prefix: 'trail', account: '111122223333', region: 'eu-central-1' };
const NOW_MS = Date.UTC(2026, 10, 28, 0, 30);
const FOLDER = 'trail/AWSLogs/111122223333/CloudTrail/eu-central-1';
const fileOf = (day: string, time: string) =>
  `${FOLDER}/${day}/111122223333_CloudTrail_eu-central-1_${day.replaceAll('/', '')}T${time}Z_aBcD1234.json.gz`;

const s3 = mockClient(S3Client);
const trail = createS3Trail(new S3Client({ region: 'us-east-1' }), PLACE, { nowMs: () => NOW_MS });

const ofSecrets = { eventSource: 'secretsmanager.amazonaws.com', eventID: 'one' };
const holds = (key: string, records: readonly object[]) =>
  s3.on(GetObjectCommand, { Key: key }).resolves({
    Body: { transformToByteArray: async () => gzipSync(JSON.stringify({ Records: records })) } as never,
  });

beforeEach(() => {
  s3.reset();
  s3.on(ListObjectsV2Command).resolves({ Contents: [] });
});

test('[6.3] the trail’s files since a moment, over midnight and page by page, with what they hold of secrets', async () => {
  const [yesterday, early, late] = [
    fileOf('2026/11/27', '2355'),
    fileOf('2026/11/28', '0005'),
    fileOf('2026/11/28', '0025'),
  ];
  const before = fileOf('2026/11/27', '2100');
  s3.on(ListObjectsV2Command, { Prefix: `${FOLDER}/2026/11/27/`, ContinuationToken: undefined }).resolves({
    Contents: [{ Key: before }],
    NextContinuationToken: 'more',
  });
  s3.on(ListObjectsV2Command, { Prefix: `${FOLDER}/2026/11/27/`, ContinuationToken: 'more' }).resolves({
    Contents: [{ Key: yesterday }],
  });
  s3.on(ListObjectsV2Command, { Prefix: `${FOLDER}/2026/11/28/` }).resolves({
    Contents: [{ Key: late }, { Key: early }, { Key: `${FOLDER}/2026/11/28/a_CloudTrail-Digest_x.json.gz` }],
  });
  holds(yesterday, [ofSecrets, { eventSource: 's3.amazonaws.com' }]);
  holds(early, []);
  holds(late, [{ ...ofSecrets, eventID: 'two' }]);
  const files = await trail.files(NOW_MS - 3_600_000);
  expect(files.map(({ name, records }) => [name, records])).toEqual([
    [yesterday, [ofSecrets]],
    [early, []],
    [late, [{ ...ofSecrets, eventID: 'two' }]],
  ]);
  expect(files.map(({ deliveredAtMs }) => new Date(deliveredAtMs).toISOString().slice(11, 16))).toEqual([
    '23:55',
    '00:05',
    '00:25',
  ]);
});

test('[6.3] a trail that cannot be listed or read is no empty one', async () => {
  s3.on(ListObjectsV2Command).rejects(vendor('AccessDenied'));
  await expect(trail.files(NOW_MS)).rejects.toMatchObject({
    message: expect.stringContaining('s3:ListBucket') as string,
  });
  s3.on(ListObjectsV2Command).resolves({ Contents: [{ Key: fileOf('2026/11/28', '0025') }] });
  s3.on(GetObjectCommand).rejects(vendor('AccessDenied'));
  await expect(trail.files(NOW_MS - 3_600_000)).rejects.toMatchObject({
    message: expect.stringContaining('s3:GetObject') as string,
  });
});
