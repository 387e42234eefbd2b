import { GetObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { createS3ArchiveCopy } from '../../../../shared/adapters/aws/s3/archive-copy.ts';
import { vendor } from '../../../support/vendor.ts';

function aBucket() {
  const client = new S3Client({ region: 'us-east-1' });
  return { calls: mockClient(client), copy: createS3ArchiveCopy(client, 'archive') };
}

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 24, 3, 0, seconds));

test('[6.3] what was deleted or written over is told by its versions, page by page, the newest first as S3 lists them', async () => {
  const { calls, copy } = aBucket();
  calls
    .on(ListObjectVersionsCommand)
    .resolvesOnce({
      IsTruncated: true,
      NextKeyMarker: 'audit/c/2',
      NextVersionIdMarker: 'v2',
      Versions: [
        { Key: 'audit/c/1', VersionId: 'v1', LastModified: at(1) },
        { Key: 'audit/c/2', VersionId: 'v2', LastModified: at(5) },
      ],
    })
    .resolvesOnce({
      // Written over within the second: the one that stands last in the listing is the first.
      Versions: [
        { Key: 'audit/c/2', VersionId: 'v3', LastModified: at(5) },
        { Key: 'audit/c/3', VersionId: 'v4', LastModified: at(2) },
      ],
      DeleteMarkers: [{ Key: 'audit/c/3', VersionId: 'v5', LastModified: at(9) }],
    });
  expect(await copy.list()).toEqual([
    { name: 'audit/c/1' },
    { name: 'audit/c/2', changed: { how: 'overwritten', atMs: at(5).getTime() } },
    { name: 'audit/c/3', changed: { how: 'deleted', atMs: at(9).getTime() } },
  ]);
  expect(calls.commandCalls(ListObjectVersionsCommand)[1]?.args[0].input).toMatchObject({
    Bucket: 'archive',
    Prefix: 'audit/',
    KeyMarker: 'audit/c/2',
    VersionIdMarker: 'v2',
  });
  calls
    .on(GetObjectCommand)
    .resolves({ Body: { transformToByteArray: async () => Buffer.from('x') } as never });
  await Promise.all(['audit/c/1', 'audit/c/2'].map((name) => copy.read(name)));
  // What is read is the version that was listed, the first one.
  expect(calls.commandCalls(GetObjectCommand).map((call) => call.args[0].input.VersionId)).toEqual([
    'v1',
    'v3',
  ]);
});

test.each([
  ['AccessDenied', 'Denied', 's3:ListBucketVersions for s3://archive was refused'],
  ['SlowDown', 'Throttled', 's3:ListBucketVersions for s3://archive was throttled'],
  ['NoSuchBucket', 'NotFound', 'there is no bucket s3://archive'],
  ['ExpiredToken', 'Denied', 'because of the AWS session'],
])('[injected] %s', async (name, family, words) => {
  const { calls, copy } = aBucket();
  calls.on(ListObjectVersionsCommand).rejects(vendor(name));
  await expect(copy.list()).rejects.toMatchObject({ family, message: expect.stringContaining(words) });
});
