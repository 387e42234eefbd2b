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
  const copy = bucket === undefined ? archiveInFolder(options.archive) : await archiveInS3(bucket);
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

async function archiveInS3(bucket: string): Promise<ArchiveCopy> {
  const [{ S3Client }, { createS3ArchiveCopy }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('../shared/adapters/aws/s3/archive-copy.ts'),
  ]);
  // The bucket in the path, and wherever it is: whoever audits knows its name alone.
  return createS3ArchiveCopy(new S3Client({ forcePathStyle: true, followRegionRedirects: true }), bucket);
}
