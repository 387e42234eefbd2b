import type { S3Client } from '@aws-sdk/client-s3';
import { blockName, checkpointName } from '../../../domain/audit/archive-names.ts';
import { exportLine } from '../../../domain/audit/export-line.ts';
import type { SignedCheckpoint } from '../../../domain/audit/signed.ts';
import { canonicalJson } from '../../../domain/canonical.ts';
import { RekeyError } from '../../../domain/errors.ts';
import type { AuditArchive } from '../../../ports/audit-archive.ts';
import { getText, type Lock, type Put, putLocked } from './objects.ts';

/** Blocks and checkpoints under the names of `archive-names.ts`, locked; none is ever written over. */
export function createS3AuditArchive(client: S3Client, bucket: string, lock: Lock): AuditArchive {
  /** What stands there: this, or what was there before. */
  async function written(put: Omit<Put, 'bucket'>, untilMs?: number): Promise<string> {
    try {
      await putLocked(client, { bucket, ...put }, lock, untilMs);
      return put.text;
    } catch (error) {
      if (!(error instanceof RekeyError) || error.code !== 'object-exists') throw error;
      const standing = await getText(client, bucket, put.key);
      if (standing === null) throw error;
      return standing.text;
    }
  }

  return {
    async writeBlock({ chain, from, lines, keepUntilMs }) {
      const key = blockName(chain, from);
      const text = lines.map(exportLine).join('');
      const standing = await written({ key, text, type: 'application/x-ndjson' }, keepUntilMs);
      if (standing.startsWith(text) && standing !== text) throw ahead(`s3://${bucket}/${key}`);
      if (standing === '' || !text.startsWith(standing)) throw differs(`s3://${bucket}/${key}`);
      return from - 1 + standing.split('\n').length - 1;
    },

    async writeCheckpoint(checkpoint) {
      const key = checkpointName(checkpoint.chain, checkpoint.seq);
      const text = `${canonicalJson(checkpoint)}\n`;
      const standing = await written({ key, text, type: 'application/json' });
      if (standing !== text && !isOfSamePlace(standing, checkpoint)) throw differs(`s3://${bucket}/${key}`);
    },
  };
}

function isOfSamePlace(text: string, { kind, chain, seq, hash }: SignedCheckpoint): boolean {
  try {
    const standing = JSON.parse(text) as Partial<SignedCheckpoint>;
    return (
      standing.kind === kind && standing.chain === chain && standing.seq === seq && standing.hash === hash
    );
  } catch {
    return false;
  }
}

function ahead(place: string): RekeyError {
  return new RekeyError({
    code: 'archive-ahead',
    family: 'Conflict',
    message: `${place} holds more of the chain than the table: another has written it just now, or the table was restored to an earlier time`,
    safe: 'The archive was left as it is.',
    next: [
      'in a minute it goes on by itself, unless the table was restored: then rekey audit verify --archive',
    ],
  });
}

function differs(place: string): RekeyError {
  return new RekeyError({
    code: 'archive-differs',
    family: 'Conflict',
    message: `${place} is there already, and says something else than the chain: the table was changed, or restored to an earlier time`,
    safe: 'The archive was left as it is, and nothing further is archived.',
    next: ['rekey audit verify --archive: the archive holds what was chained before'],
  });
}
