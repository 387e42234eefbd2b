import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { fingerprinting } from '../../../../driver/leaks/fingerprinting-store.ts';
import type { ReadAs, SecretStore } from '../../../../ports/store.ts';
import { wallClock } from '../../../../wall-clock.ts';
import { createDynamoFingerprints } from '../../dynamodb/fingerprints.ts';
import { createDynamoPace } from '../../dynamodb/pace.ts';
import { createSecretsManagerStore } from '../../secrets-manager/secret-store.ts';
import { lambdaRandom } from '../random.ts';
import { assumedRole } from './assumed-role.ts';
import { dynamodb } from './dynamodb.ts';

/** What every store is opened with. */
export const STORE_NAMES = { REKEY_REGISTRY_TABLE: z.string().min(1), REKEY_PREFIX: z.string().min(1) };

export const RoleArn = z.string().regex(/^arn:[a-z-]+:iam::\d{12}:role\//);

export function storeOf(
  clients: Readonly<Partial<Record<ReadAs, SecretsManagerClient>>>,
  { REKEY_REGISTRY_TABLE: table, REKEY_PREFIX: prefix }: Readonly<Record<keyof typeof STORE_NAMES, string>>,
): SecretStore {
  const writes = createDynamoPace(dynamodb, { table, quota: 'secretsManagerWrites' }, wallClock);
  const timing = { clock: wallClock, random: lambdaRandom };
  return fingerprinting(createSecretsManagerStore({ clients, prefix, writes, clock: wallClock }), {
    fingerprints: createDynamoFingerprints(dynamodb, table, timing),
    random: lambdaRandom,
  });
}

export function actingAs(roleArn: string): SecretsManagerClient {
  return new SecretsManagerClient({ credentials: assumedRole(roleArn) });
}
