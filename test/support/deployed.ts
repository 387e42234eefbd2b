import { cpSync, existsSync, renameSync } from 'node:fs';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { inject } from 'vitest';
import { deployService } from '../../deploy/deploy.ts';
import { packageFunctions, packageStage } from '../../deploy/package.ts';
import { systemClock as clock, systemRandom as random } from '../../local/system.ts';
import { createDynamoAuditView } from '../../shared/adapters/aws/dynamodb/audit-view.ts';
import { createDynamoPseudonyms } from '../../shared/adapters/aws/dynamodb/pseudonyms.ts';
import { createDynamoRegistry } from '../../shared/adapters/aws/dynamodb/registry.ts';
import { createKmsEpochKeys } from '../../shared/adapters/aws/kms/epoch-keys.ts';
import type { KeyRoles } from '../../shared/adapters/aws/kms/key-policy.ts';
import { createS3Plans } from '../../shared/adapters/aws/s3/plans.ts';
import { createSecretsManagerStore } from '../../shared/adapters/aws/secrets-manager/secret-store.ts';
import { createProcessPace } from '../../shared/adapters/pace/in-process.ts';
import { silenceStage } from './deployed-rule.ts';
import { localStack } from './localstack.ts';

/** How an execution ended, as whoever started it sees it. */
export interface Ended {
  readonly status: string;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** The service as packaged, deployed under a stage, with the same registry, store and keys that its functions have. */
export async function deployed(stage: string, out: string, configFile: string) {
  await packageOnce(out);
  packageStage(out, stage, configFile);
  await deployService(out, stage);
  const reach = localStack();
  const outputs = await outputsOf(`rekey-${stage}`);
  const named = (name: string): string => {
    const value = outputs.get(name);
    if (value === undefined) throw new Error(`the stack has no output ${name}`);
    return value;
  };
  const prefix = named('Prefix');
  const dynamodb = new DynamoDBClient(reach);
  const registry = createDynamoRegistry(dynamodb, named('RegistryTable'), { clock, random });
  const vault = new SecretsManagerClient(reach);
  const sfn = new SFNClient(reach);
  return {
    named,
    services: {
      registry,
      keys: createKmsEpochKeys(new KMSClient(reach), {
        prefix,
        registry,
        clock,
        roles: await keyRoles(prefix),
      }),
      store: createSecretsManagerStore({
        clients: { worker: vault, prover: vault, reader: vault },
        prefix,
        writes: createProcessPace({ perSecond: 40, burst: 10 }, clock),
        clock,
      }),
      plans: createS3Plans(new S3Client({ ...reach, forcePathStyle: true }), named('ManifestsBucket')),
      pseudonyms: createDynamoPseudonyms(dynamodb, named('RegistryTable'), { clock, random }),
      audit: createDynamoAuditView(
        dynamodb,
        { chain: prefix, registryTable: named('RegistryTable'), auditTable: named('AuditTable') },
        { clock, random },
      ),
      clock,
      random,
    },
    /** What is deployed stays, and does nothing by itself any more. */
    rest: () => silenceStage(`rekey-${stage}`),
    /** Runs the machine to its end. */
    async breakGlass(incidentId: string, planHash: string): Promise<Ended> {
      const { executionArn } = await sfn.send(
        new StartExecutionCommand({
          stateMachineArn: named('BreakGlassArn'),
          name: incidentId,
          input: JSON.stringify({
            v: 1,
            incidentId,
            planHash,
            startedBy: 'responder',
            confirmedAtMs: clock.nowMs(),
            again: false,
          }),
        }),
      );
      for (;;) {
        const { status, error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        if (status !== 'RUNNING') return { status: String(status), error, cause };
        await clock.sleep(500);
      }
    },
  };
}

/** The functions are the same bytes for every stage: the first of a run makes them. */
async function packageOnce(out: string): Promise<void> {
  const made = inject('packaged');
  if (!existsSync(made)) {
    await packageFunctions(`${made}.part`);
    renameSync(`${made}.part`, made);
  }
  cpSync(made, out, { recursive: true });
}

async function outputsOf(stack: string): Promise<ReadonlyMap<string, string>> {
  const { Stacks } = await new CloudFormationClient(localStack()).send(
    new DescribeStacksCommand({ StackName: stack }),
  );
  return new Map(
    Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [String(OutputKey), String(OutputValue)]),
  );
}

/** Whom the deployed functions put into the policies of keys. */
async function keyRoles(prefix: string): Promise<KeyRoles> {
  const { Environment } = await new LambdaClient(localStack()).send(
    new GetFunctionConfigurationCommand({ FunctionName: `${prefix}-OpenIncident` }),
  );
  return JSON.parse(Environment?.Variables?.['REKEY_KEY_ROLES'] ?? '{}') as KeyRoles;
}
