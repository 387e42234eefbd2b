import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../local/system.ts';
import { createS3AuditArchive } from '../../shared/adapters/aws/s3/audit-archive.ts';
import { createS3Manifests } from '../../shared/adapters/aws/s3/manifests.ts';
import { getText } from '../../shared/adapters/aws/s3/objects.ts';
import { createS3Packets } from '../../shared/adapters/aws/s3/packets.ts';
import { createS3Plans } from '../../shared/adapters/aws/s3/plans.ts';
import { describeManifests } from '../contracts/manifests.ts';
import { describePackets } from '../contracts/packets.ts';
import { describePlans } from '../contracts/plans.ts';
import { aLockedBucket, DAY_MS, localS3 } from '../support/buckets.ts';

const client = localS3();
const lock = { clock: systemClock, retainForMs: DAY_MS };

let bucket: string;
beforeAll(async () => {
  bucket = await aLockedBucket(client);
});

async function textAt(key: string): Promise<string> {
  const found = await getText(client, bucket, key);
  if (found === null) throw new Error(`there is no ${key}`);
  return found.text;
}

describeManifests('s3', async () => createS3Manifests(client, bucket));

describePlans('s3', async () => ({
  plans: createS3Plans(client, bucket),
  async edit(planHash, change) {
    const key = `plans/${planHash}.json`;
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: change(await textAt(key)) }));
  },
}));

describePackets('s3', async () => ({
  packets: createS3Packets(client, bucket, lock),
  open: (place) => textAt(place.slice(`s3://${bucket}/`.length)),
  page: (name) => textAt(`packets/${name}.html`),
}));

describe('what is locked', () => {
  test('[6.3] is neither deleted, nor written over under its name; the same again is nothing', async () => {
    const archive = createS3AuditArchive(client, bucket, lock);
    const part = { chain: 'locked', from: 1, to: 2, lines: ['{"seq":1}', '{"seq":2}'] };
    await archive.write(part);
    await archive.write(part);
    await expect(archive.write({ ...part, lines: ['{"seq":1}', '{"seq":3}'] })).rejects.toMatchObject({
      code: 'object-exists',
    });
    const Key = 'audit/locked/000000000001-000000000002.jsonl';
    const { VersionId, ObjectLockMode } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    expect(ObjectLockMode).toBe('COMPLIANCE');
    await expect(
      client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await textAt(Key)).toBe('{"seq":1}\n{"seq":2}\n');
  });

  test('[6.3] is listed in the order of its chain', async () => {
    const archive = createS3AuditArchive(client, bucket, lock);
    for (const from of [1_000, 1, 90])
      await archive.write({ chain: 'listed', from, to: from + 5, lines: ['{}'] });
    const { Contents } = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: 'audit/listed/' }),
    );
    expect(Contents?.map(({ Key }) => Number(Key?.split('/')[2]?.split('-')[0]))).toEqual([1, 90, 1_000]);
  });
});
