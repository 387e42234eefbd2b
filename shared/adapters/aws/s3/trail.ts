import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { deliveredAtMs, isOfSecrets, type TrailFile } from '../../../domain/reads/cloudtrail/trail-file.ts';
import { inParallel } from '../../../in-parallel.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Trail } from '../../../ports/trail.ts';
import { translate } from '../vendor-error.ts';

const DAY_MS = 86_400_000;
const AT_ONCE = 8;

/** Where a trail's files lie: `PREFIX/AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/`. */
export interface TrailPlace {
  readonly bucket: string;
  readonly prefix: string;
  readonly account: string;
  readonly region: string;
}

/** The files of a trail as they lie in its bucket, with what they hold of secrets. */
export function createS3Trail(client: S3Client, place: TrailPlace, clock: Pick<Clock, 'nowMs'>): Trail {
  return {
    name: `s3://${place.bucket}/${place.prefix}`,
    files: (sinceMs) => trailFiles(client, place, sinceMs, clock.nowMs()),
  };
}

async function trailFiles(
  client: S3Client,
  place: TrailPlace,
  sinceMs: number,
  nowMs: number,
): Promise<TrailFile[]> {
  const names: { readonly name: string; readonly atMs: number }[] = [];
  for (let dayMs = Math.floor(sinceMs / DAY_MS) * DAY_MS; dayMs <= nowMs; dayMs += DAY_MS)
    names.push(...(await namesOf(client, place, dayMs)));
  const wanted = names.filter(({ atMs }) => atMs >= sinceMs);
  const files = await inParallel(wanted, AT_ONCE, async ({ name, atMs }) => ({
    name,
    deliveredAtMs: atMs,
    records: await recordsIn(client, place.bucket, name),
  }));
  return files.sort((one, other) => one.deliveredAtMs - other.deliveredAtMs);
}

async function namesOf(client: S3Client, { bucket, prefix, account, region }: TrailPlace, dayMs: number) {
  const day = new Date(dayMs).toISOString().slice(0, 10).replaceAll('-', '/');
  const names: { readonly name: string; readonly atMs: number }[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await client
      .send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: `${prefix}/AWSLogs/${account}/CloudTrail/${region}/${day}/`,
          ContinuationToken,
        }),
      )
      .catch((error: unknown) => {
        throw translate(error, {
          permission: 's3:ListBucket',
          about: `s3://${bucket}`,
          safe: 'Nothing was changed.',
        });
      });
    for (const { Key = '' } of page.Contents ?? []) {
      const atMs = deliveredAtMs(Key);
      if (atMs !== null) names.push({ name: Key, atMs });
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return names;
}

async function recordsIn(client: S3Client, bucket: string, key: string): Promise<unknown[]> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    const text = (key.endsWith('.gz') ? gunzipSync(bytes) : Buffer.from(bytes)).toString('utf8');
    const { Records } = JSON.parse(text) as { readonly Records?: readonly unknown[] };
    return (Records ?? []).filter(isOfSecrets);
  } catch (error) {
    throw translate(error, {
      permission: 's3:GetObject',
      about: `s3://${bucket}/${key}`,
      safe: 'Nothing was changed.',
    });
  }
}
