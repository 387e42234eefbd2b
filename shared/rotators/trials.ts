import { awsIamAccessKeyTrial } from './aws-iam-access-key/trial.ts';
import type { Trial } from './contract/trial.ts';
import { postgresTrial } from './postgres/trial.ts';
import { redisTrial } from './redis/trial.ts';

/** Kinds that can be tried at a person's own target. */
export const trials: Readonly<Record<string, Trial>> = {
  postgres: postgresTrial,
  redis: redisTrial,
  'aws-iam-access-key': awsIamAccessKeyTrial,
};
