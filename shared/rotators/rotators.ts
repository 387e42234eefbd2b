import { awsIamAccessKey } from './aws-iam-access-key/rotator.ts';
import { http } from './http/rotator.ts';
import { mysql } from './mysql/rotator.ts';
import { oauthClient } from './oauth-client/rotator.ts';
import { postgres } from './postgres/rotator.ts';
import { redis } from './redis/rotator.ts';
import type { Rotator } from './rotator.ts';

/** Every kind that can be enrolled, with its driver. */
export const rotators: Readonly<Record<string, Rotator>> = {
  'aws-iam-access-key': awsIamAccessKey,
  http,
  mysql,
  'oauth-client': oauthClient,
  postgres,
  redis,
};
