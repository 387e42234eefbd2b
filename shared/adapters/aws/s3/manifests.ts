import type { S3Client } from '@aws-sdk/client-s3';
import { sha256Hex } from '../../../domain/canonical.ts';
import { RekeyError } from '../../../domain/errors.ts';
import type { Batch, Manifests } from '../../../ports/manifests.ts';
import { getText, putText } from './objects.ts';

/** What the writer notes of a manifest beside it. */
const DIGEST = 'sha256';

/**
 * Manifests as JSON arrays, as a distributed map reads them, each with its SHA-256 beside it: an edited one is refused where
 * Rekey reads it. Step Functions does not look: there the batch itself refuses what its incident's plan does not name.
 */
export function createS3Manifests(client: S3Client, bucket: string): Manifests {
  return {
    async write(key, batches) {
      const text = JSON.stringify(batches);
      await putText(client, {
        bucket,
        key,
        text,
        type: 'application/json',
        notes: { [DIGEST]: sha256Hex(text) },
      });
      return { bucket, key };
    },
    async read(from, key) {
      const found = await getText(client, from, key);
      if (found === null) {
        throw new RekeyError({
          code: 'manifest-missing',
          family: 'NotFound',
          message: `there is no manifest ${key}`,
        });
      }
      if (found.notes[DIGEST] !== sha256Hex(found.text)) {
        throw new RekeyError({
          code: 'manifest-edited',
          family: 'Denied',
          message: `the manifest s3://${from}/${key} was edited after it was written`,
          safe: 'Nothing was done with it.',
          next: ['rekey resume: it writes a new one'],
        });
      }
      return JSON.parse(found.text) as Batch[];
    },
  };
}
