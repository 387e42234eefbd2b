import { S3Client } from '@aws-sdk/client-s3';
import { answered, NOWHERE } from './memory-client.ts';
import { vendor } from './vendor.ts';

interface Input {
  readonly Bucket: string;
  readonly Key: string;
  readonly Body: string;
  readonly Metadata?: Readonly<Record<string, string>>;
  readonly IfNoneMatch?: '*';
}

/** S3's objects in this process, as far as Rekey calls them. Held to the contract suites of what is kept there. */
export function memoryS3(): S3Client {
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
      default:
        throw new Error(`no double of ${call}`);
    }
  });
}
