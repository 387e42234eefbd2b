import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { localStack } from './localstack.ts';

export const DAY_MS = 86_400_000;

export function localS3(): S3Client {
  return new S3Client({ ...localStack(), forcePathStyle: true });
}

/** An empty bucket of a name of its own, with Object Lock. */
export async function aLockedBucket(client: S3Client): Promise<string> {
  const bucket = `rekey-${crypto.randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  return bucket;
}
