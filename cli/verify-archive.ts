import type { ArchiveCopy } from '../shared/domain/audit/archive-copy.ts';
import { verifyArchive as verdictOf } from '../shared/domain/audit/verify-archive.ts';
import { formatDuration } from '../shared/domain/config/duration.ts';
import { RekeyError } from '../shared/domain/errors.ts';
import { archiveInFolder } from './archive-folder.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { readGivenFile } from './given-file.ts';
import { publicKeyGiven } from './public-key-given.ts';

/** Needs no state and no control plane: the archive's objects and the public key. */
export async function verifyArchive(
  context: Context,
  options: {
    readonly archive: string;
    readonly key: string;
    readonly expect?: string;
    readonly canonical?: boolean;
  },
): Promise<ExitCode> {
  const [, bucket] = /^s3:\/\/([^/]+)\/?$/.exec(options.archive) ?? [];
  const copy = bucket === undefined ? archiveInFolder(options.archive) : await archiveInS3(context, bucket);
  const verdict = await verdictOf(copy, {
    publicKeyPem: await publicKeyGiven(options.key),
    canonical: options.canonical === true,
    ...(options.expect === undefined ? {} : { expect: readGivenFile(options.expect).trim() }),
  });
  if (!verdict.ok) {
    const { kind, object, line, message } = verdict.tampering;
    const where = `${object === '' ? options.archive : object}${line === 0 ? '' : `:${line}`}`;
    throw new RekeyError({
      code: `audit-${kind}`,
      family: 'Unrecoverable',
      message: `${where} ${message}`,
      safe: 'Nothing was changed; do not rely on this archive.',
      next:
        bucket === undefined
          ? ['rekey audit verify --archive s3://BUCKET, where the archive lies, tells what was deleted there']
          : [
              `aws s3api list-object-versions --bucket ${bucket} --prefix ${object === '' ? 'audit/' : object}`,
            ],
    });
  }
  if (context.json) {
    context.print(JSON.stringify({ ...verdict, versionsSeen: bucket !== undefined }));
    return EXIT.done;
  }
  const { entries, chain, head, checkpoints, signedSeq, signedAtMs } = verdict;
  const after = entries - signedSeq;
  context.print(
    `${entries} entries of chain ${chain} verify, head ${head.slice(0, 16)}…; ${checkpoints} checkpoints, the last of ${formatDuration(Date.now() - signedAtMs)} ago`,
  );
  if (after > 0) context.say(`the last ${after} entries have no checkpoint yet: nobody vouches for them`);
  if (bucket === undefined)
    context.say('a copy does not tell what was deleted, or written over, in the archive');
  return EXIT.done;
}

/** With the caller's own AWS session; that of a deployment's profile and region, where one is named. */
async function archiveInS3({ deployment }: Context, bucket: string): Promise<ArchiveCopy> {
  const [{ S3Client }, { createS3ArchiveCopy }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('../shared/adapters/aws/s3/archive-copy.ts'),
  ]);
  const client = new S3Client({
    // The bucket in the path, and wherever it is: whoever audits knows its name alone.
    forcePathStyle: true,
    followRegionRedirects: true,
    ...(deployment?.profile === undefined ? {} : { profile: deployment.profile }),
    ...(deployment?.region === undefined ? {} : { region: deployment.region }),
  });
  try {
    await client.config.region();
  } catch {
    throw new RekeyError({
      code: 'region-missing',
      family: 'Validation',
      message: 'the AWS configuration of this shell names no region',
      safe: 'Nothing was verified.',
      next: ['AWS_REGION=us-east-1 rekey audit verify …: any region, the bucket is found from there'],
    });
  }
  return createS3ArchiveCopy(client, bucket);
}
