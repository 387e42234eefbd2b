import type { S3Client } from '@aws-sdk/client-s3';
import { keptPlan, readPlan } from '../../../domain/kept-plan.ts';
import type { Plans } from '../../../ports/plans.ts';
import { getText, putText } from './objects.ts';

/** `plans/<hash>.json`: the canonical JSON that has the hash. */
export function createS3Plans(client: S3Client, bucket: string): Plans {
  const keyOf = (planHash: string): string => `plans/${planHash}.json`;
  return {
    async save(plan) {
      const { planHash, text } = keptPlan(plan);
      await putText(client, { bucket, key: keyOf(planHash), text, type: 'application/json' });
      return planHash;
    },
    async load(planHash) {
      return readPlan(planHash, (await getText(client, bucket, keyOf(planHash)))?.text ?? null);
    },
  };
}
