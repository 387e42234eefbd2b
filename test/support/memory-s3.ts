import { S3Client } from '@aws-sdk/client-s3';
import { answered, NOWHERE } from './memory-client.ts';
import { vendor } from './vendor.ts';

interface Input {
  readonly Bucket: string;
  readonly Key: string;
  readonly Body: string;
  readonly Metadata?: Readonly<Record<string, string>>;
  readonly IfNoneMatch?: '*';
  readonly ObjectLockMode?: 'COMPLIANCE';
  readonly ObjectLockRetainUntilDate?: Date;
}

/** S3's objects in this process, as far as Rekey calls them. Held to the contract suites of what is kept there. */
export function memoryS3(nowMs: () => number = Date.now): S3Client {
  const objects = new Map<string, Input>();
  const placeOf = ({ Bucket, Key }: Input): string => `${Bucket}/${Key}`;
  return answered(new S3Client(NOWHERE), (call, input: Input) => {
    const standing = objects.get(placeOf(input));
    switch (call) {
      case 'PutObject':
        if (input.IfNoneMatch === '*' && standing !== undefined) throw vendor('PreconditionFailed');
        objects.set(placeOf(input), input);
        return {};
      case 'GetObject':
        if (standing === undefined) throw vendor('NoSuchKey');
        return {
          Body: { transformToString: async () => standing.Body },
          Metadata: standing.Metadata ?? {},
        };
      case 'HeadObject':
        if (standing === undefined) throw vendor('NoSuchKey');
        return { VersionId: '1', ...lockOf(standing) };
      case 'DeleteObject':
        // Compliance: for nobody before its time.
        if ((lockOf(standing).ObjectLockRetainUntilDate?.getTime() ?? 0) > nowMs())
          throw vendor('AccessDenied');
        objects.delete(placeOf(input));
        return {};
      default:
        throw new Error(`no double of ${call}`);
    }
  });
}

function lockOf(standing: Input | undefined): Pick<Input, 'ObjectLockMode' | 'ObjectLockRetainUntilDate'> {
  const { ObjectLockMode, ObjectLockRetainUntilDate } = standing ?? {};
  return {
    ...(ObjectLockMode === undefined ? {} : { ObjectLockMode }),
    ...(ObjectLockRetainUntilDate === undefined ? {} : { ObjectLockRetainUntilDate }),
  };
}
