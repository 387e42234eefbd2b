import type { S3Client } from '@aws-sdk/client-s3';
import { keptPlan, readPlan, readRotationPlan } from '../../../domain/kept-plan.ts';
import type { Plans } from '../../../ports/plans.ts';
import { getText, putText } from './objects.ts';

/** `plans/<hash>.json`: the canonical JSON that has the hash. */
export function createS3Plans(client: S3Client, bucket: string): Plans {
  const keyOf = (planHash: string): string => `plans/${planHash}.json`;

  const save: Plans['save'] = async (plan) => {
    const { planHash, text } = keptPlan(plan);
    await putText(client, { bucket, key: keyOf(planHash), text, type: 'application/json' });
    return planHash;
  };

  async function keptUnder(planHash: string): Promise<string | null> {
    return (await getText(client, bucket, keyOf(planHash)))?.text ?? null;
  }

  return {
    save,
    load: async (planHash) => readPlan(planHash, await keptUnder(planHash)),
    loadRotation: async (planHash) => readRotationPlan(planHash, await keptUnder(planHash)),
  };
}
