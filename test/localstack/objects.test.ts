import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../local/system.ts';
import { createS3AuditArchive } from '../../shared/adapters/aws/s3/audit-archive.ts';
import { createS3Manifests } from '../../shared/adapters/aws/s3/manifests.ts';
import { getText } from '../../shared/adapters/aws/s3/objects.ts';
import { createS3Packets } from '../../shared/adapters/aws/s3/packets.ts';
import { createS3Plans } from '../../shared/adapters/aws/s3/plans.ts';
import { describeAuditArchive } from '../contracts/audit-archive.ts';
import { describeLockedArchive } from '../contracts/locked-archive.ts';
import { describeManifests } from '../contracts/manifests.ts';
import { describePackets } from '../contracts/packets.ts';
import { describePlans } from '../contracts/plans.ts';
import { uniqueName } from '../contracts/records.ts';
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

describeAuditArchive('s3', async () => ({
  archive: createS3AuditArchive(client, bucket, lock),
  async objects(under) {
    const { Versions } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: under }));
    return Promise.all((Versions ?? []).map(async ({ Key = '' }) => [Key, await textAt(Key)] as const));
  },
}));

describeLockedArchive('s3', async () => {
  const versionOf = (Key: string) => client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
  return {
    archive: createS3AuditArchive(client, bucket, lock),
    nowMs: () => systemClock.nowMs(),
    retainForMs: lock.retainForMs,
    lockedUntilMs: async (name) => (await versionOf(name)).ObjectLockRetainUntilDate?.getTime() ?? 0,
    async remove(name) {
      const { VersionId } = await versionOf(name);
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: name, VersionId }));
    },
  };
});

describe('what is locked', () => {
  test('[6.3] is neither deleted, nor written over under its name', async () => {
    const chain = uniqueName('locked');
    const block = { chain, from: 1, lines: [{ line: '{"seq":1}', hash: 'ab' }] };
    await createS3AuditArchive(client, bucket, lock).writeBlock(block);
    const Key = `audit/${chain}/000000000001.jsonl`;
    const { VersionId, ObjectLockMode } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    expect(ObjectLockMode).toBe('COMPLIANCE');
    await expect(
      client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await textAt(Key)).toBe('{"entry":{"seq":1},"hash":"ab"}\n');
  });
});
