import type { S3Client } from '@aws-sdk/client-s3';
import { canonicalJson, sha256Hex } from '../../../domain/canonical.ts';
import { RekeyError } from '../../../domain/errors.ts';
import type { Plan } from '../../../domain/incident.ts';
import type { Plans } from '../../../ports/plans.ts';
import { getText, putText } from './objects.ts';

/** `plans/<hash>.json`: the canonical JSON that has the hash. */
export function createS3Plans(client: S3Client, bucket: string): Plans {
  const keyOf = (planHash: string): string => `plans/${planHash}.json`;
  return {
    async save(plan) {
      const text = canonicalJson(plan);
      const planHash = sha256Hex(text);
      await putText(client, { bucket, key: keyOf(planHash), text, type: 'application/json' });
      return planHash;
    },
    async load(planHash) {
      const found = await getText(client, bucket, keyOf(planHash));
      if (found === null) {
        throw new RekeyError({
          code: 'plan-unknown',
          family: 'NotFound',
          message: `there is no plan ${planHash}`,
        });
      }
      if (sha256Hex(found.text) !== planHash) {
        throw new RekeyError({
          code: 'plan-edited',
          family: 'Denied',
          message: `the plan ${planHash} was edited after it was confirmed`,
          safe: 'Nothing was done.',
          next: ['the same command again, for a new plan'],
        });
      }
      return JSON.parse(found.text) as Plan;
    },
  };
}
