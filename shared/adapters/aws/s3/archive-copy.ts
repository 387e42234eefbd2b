import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ArchiveCopy, ArchivedObject } from '../../../domain/audit/archive-copy.ts';
import { ARCHIVE_FOLDER } from '../../../domain/audit/archive-names.ts';
import { RekeyError } from '../../../domain/errors.ts';
import { translate, vendorName } from '../vendor-error.ts';

interface Version {
  readonly id: string;
  readonly atMs: number;
  readonly deletes: boolean;
}

/**
 * The archive where it lies, as whoever may only read it sees it (`s3:ListBucketVersions`, `s3:GetObjectVersion`): each object
 * with what befell it. What is read is the version that was listed.
 */
export function createS3ArchiveCopy(client: S3Client, bucket: string): ArchiveCopy {
  const listed = new Map<string, string>();

  async function* versions(): AsyncGenerator<Version & { readonly name: string }> {
    let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (from !== undefined) {
      const page = await send('s3:ListBucketVersions', bucket, () =>
        client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: ARCHIVE_FOLDER, ...from })),
      );
      for (const [deletes, some] of [
        [false, page.Versions],
        [true, page.DeleteMarkers],
      ] as const)
        for (const { Key = '', VersionId = '', LastModified } of some ?? [])
          yield { name: Key, id: VersionId, atMs: LastModified?.getTime() ?? 0, deletes };
      from =
        page.IsTruncated === true
          ? {
              ...(page.NextKeyMarker === undefined ? {} : { KeyMarker: page.NextKeyMarker }),
              ...(page.NextVersionIdMarker === undefined
                ? {}
                : { VersionIdMarker: page.NextVersionIdMarker }),
            }
          : undefined;
    }
  }

  return {
    async list() {
      const byName = new Map<string, Version[]>();
      for await (const { name, ...version } of versions())
        byName.set(name, [...(byName.get(name) ?? []), version]);
      return [...byName].map(([name, all]): ArchivedObject => {
        // Of one second the newest comes first.
        const [first, second] = all.toReversed().sort((a, b) => a.atMs - b.atMs);
        listed.set(name, first?.id ?? '');
        if (second === undefined && first?.deletes !== true) return { name };
        const change = all.find(({ deletes }) => deletes) ?? second;
        return {
          name,
          changed: { how: change?.deletes === true ? 'deleted' : 'overwritten', atMs: change?.atMs ?? 0 },
        };
      });
    },
    async read(name) {
      const body = await send('s3:GetObjectVersion', `${bucket}/${name}`, async () => {
        const { Body } = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: name, VersionId: listed.get(name) }),
        );
        return Body?.transformToByteArray();
      });
      return body ?? new Uint8Array();
    },
  };
}

async function send<T>(permission: string, about: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (vendorName(error) === 'NoSuchBucket') {
      throw new RekeyError({
        code: 'archive-missing',
        family: 'NotFound',
        message: `there is no bucket s3://${about}`,
        safe: 'Nothing was verified.',
        next: ['the output ArchiveBucket of the stack names it'],
      });
    }
    throw translate(error, { permission, about: `s3://${about}`, safe: 'Nothing was changed.' });
  }
}
