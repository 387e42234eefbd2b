import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { RekeyError } from '../../../domain/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import { translate, vendorName } from '../vendor-error.ts';

/** An object's text, and what its writer noted beside it; null where there is none. */
export async function getText(
  client: S3Client,
  bucket: string,
  key: string,
): Promise<{ readonly text: string; readonly notes: Readonly<Record<string, string>> } | null> {
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { text: (await answer.Body?.transformToString('utf-8')) ?? '', notes: answer.Metadata ?? {} };
  } catch (error) {
    if (vendorName(error) === 'NoSuchKey') return null;
    throw translate(error, {
      permission: 's3:GetObject',
      about: `s3://${bucket}/${key}`,
      safe: 'Nothing was changed.',
    });
  }
}

export interface Put {
  readonly bucket: string;
  readonly key: string;
  readonly text: string;
  readonly type: 'application/json' | 'application/x-ndjson' | 'text/html; charset=utf-8';
  readonly notes?: Readonly<Record<string, string>>;
}

/** In place of whatever is there; under versioning that stays as an older version. */
export async function putText(client: S3Client, put: Put): Promise<void> {
  await send(client, put, {});
}

/** Where what is written stays for its time: neither it nor its time can be changed by anyone (compliance mode). */
export interface Lock {
  readonly clock: Clock;
  /** From the moment of writing, at least. */
  readonly retainForMs: number;
}

/** Written once. The same again is a no-op; other text under a name that is taken is refused. */
export async function putLocked(
  client: S3Client,
  put: Put,
  lock: Lock,
  /** At least. */
  untilMs = 0,
): Promise<void> {
  try {
    await send(client, put, {
      IfNoneMatch: '*',
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: new Date(Math.max(untilMs, lock.clock.nowMs() + lock.retainForMs)),
    });
  } catch (error) {
    if (!(error instanceof RekeyError) || error.code !== 'object-exists') throw error;
    if ((await getText(client, put.bucket, put.key))?.text !== put.text) throw error;
  }
}

type Conditions = Pick<
  ConstructorParameters<typeof PutObjectCommand>[0],
  'IfNoneMatch' | 'ObjectLockMode' | 'ObjectLockRetainUntilDate'
>;

async function send(client: S3Client, put: Put, conditions: Conditions): Promise<void> {
  try {
    await client.send(
      new PutObjectCommand({
        Bucket: put.bucket,
        Key: put.key,
        Body: put.text,
        ContentType: put.type,
        ...(put.notes === undefined ? {} : { Metadata: put.notes }),
        ...conditions,
      }),
    );
  } catch (error) {
    const name = vendorName(error);
    if (name === 'PreconditionFailed') {
      throw new RekeyError({
        code: 'object-exists',
        family: 'Conflict',
        message: `s3://${put.bucket}/${put.key} is there already, with another content`,
        safe: 'It was left as it is.',
        next: ['rekey doctor'],
      });
    }
    if (name === 'ConditionalRequestConflict') {
      throw new RekeyError({
        code: 'object-contended',
        family: 'Throttled',
        message: `s3://${put.bucket}/${put.key} was written by another at the same moment`,
        safe: 'Written again, it is the same object.',
        next: ['the same command again'],
      });
    }
    throw translate(error, {
      permission: 's3:PutObject',
      about: `s3://${put.bucket}/${put.key}`,
      quota: 'of 3,500 writes a second and prefix',
      safe: 'Written again, it is the same object.',
      mayHaveHappened: true,
    });
  }
}
