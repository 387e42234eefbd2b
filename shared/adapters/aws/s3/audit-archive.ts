import type { S3Client } from '@aws-sdk/client-s3';
import { type Lock, putLocked } from './objects.ts';

/** Chained entries that nobody can take back. */
export interface AuditArchive {
  /** Lines of one chain in their order, `from` to `to` by sequence. The same again is a no-op, other lines are refused. */
  write(part: {
    readonly chain: string;
    readonly from: number;
    readonly to: number;
    readonly lines: readonly string[];
  }): Promise<void>;
}

/** As many digits as a sequence may ever have, so that a listing is in the chain's order. */
const DIGITS = 12;

/** `audit/<chain>/<from>-<to>.jsonl`, locked. */
export function createS3AuditArchive(client: S3Client, bucket: string, lock: Lock): AuditArchive {
  const padded = (seq: number): string => String(seq).padStart(DIGITS, '0');
  return {
    async write({ chain, from, to, lines }) {
      await putLocked(
        client,
        {
          bucket,
          key: `audit/${chain}/${padded(from)}-${padded(to)}.jsonl`,
          text: lines.map((line) => `${line}\n`).join(''),
          type: 'application/x-ndjson',
        },
        lock,
      );
    },
  };
}
