import { awsIamAccessKeyKind } from './aws-iam-access-key/kind.ts';
import { httpKind } from './http/kind.ts';
import { mysqlKind } from './mysql/kind.ts';
import { oauthClientKind } from './oauth-client/kind.ts';
import { postgresKind } from './postgres/kind.ts';
import { redisKind } from './redis/kind.ts';

/** Every kind that can be enrolled, as far as it is known without a session at a target. */
export const KINDS = {
  'aws-iam-access-key': awsIamAccessKeyKind,
  http: httpKind,
  mysql: mysqlKind,
  'oauth-client': oauthClientKind,
  postgres: postgresKind,
  redis: redisKind,
} as const;
