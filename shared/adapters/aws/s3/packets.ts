import type { S3Client } from '@aws-sdk/client-s3';
import type { Packets } from '../../../ports/packets.ts';
import { type Lock, putLocked } from './objects.ts';

/** `packets/<name>.json` and its page beside it, locked. Answers the `s3://` address of the JSON. */
export function createS3Packets(client: S3Client, bucket: string, lock: Lock): Packets {
  const placeOf = (name: string) => `s3://${bucket}/packets/${name}.json`;
  return {
    placeOf,
    async write(name, json, html) {
      const key = `packets/${name}`;
      // The page first: whoever finds the JSON finds its page.
      await putLocked(
        client,
        { bucket, key: `${key}.html`, text: html, type: 'text/html; charset=utf-8' },
        lock,
      );
      await putLocked(client, { bucket, key: `${key}.json`, text: json, type: 'application/json' }, lock);
      return placeOf(name);
    },
  };
}
