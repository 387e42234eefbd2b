import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Cleanups, Plane } from '../../demo/plane.ts';
import { startReads } from '../../demo/serve-reads.ts';
import { deployed } from './deployed.ts';
import { type AccessKey, startGateway } from './gateway.ts';
import { localStack } from './localstack.ts';

/** A function of the service may take this long, and LocalStack a little to start it. */
const INVOKED_WITHIN_MS = 150_000;

const role = (name: string) => `arn:aws:sts::000000000000:assumed-role/${name}/demo`;
export const IDENTITIES = {
  operator: { arn: role('OperatorRole'), may: ['Control', 'Approval', 'Enrolment', 'Watch'] },
  colleague: { arn: role('ApproverRole'), may: ['Approval'] },
  reader: { arn: role('ReaderRole'), may: ['Reader'] },
  auditor: { arn: role('AuditorRole'), may: ['Auditor'] },
} as const;

export interface DeployedPlane extends Plane {
  readonly stack: Awaited<ReturnType<typeof deployed>>;
  /** Environment of a `rekey` that another person runs, who may approve. */
  readonly colleagues: Readonly<Record<string, string>>;
  /** Environment of a `rekey` that an auditor runs. */
  readonly auditors: Readonly<Record<string, string>>;
}

/** The service, packaged and deployed on LocalStack under a stage of its own, behind a gateway that checks signatures. */
export async function openDeployedPlane(folder: string, cleanups: Cleanups): Promise<DeployedPlane> {
  // An instance may have seen this before.
  const stage = `t${randomBytes(3).toString('hex')}`;
  const stack = await deployed(stage, join(folder, 'build'), join(folder, 'rekey.yaml'));
  cleanups.push(() => stack.rest());
  const reach = localStack();
  const lambda = new LambdaClient({
    ...reach,
    maxAttempts: 1,
    requestHandler: { requestTimeout: INVOKED_WITHIN_MS },
  });
  const gateway = await startGateway({
    identities: IDENTITIES,
    async invoke(front, event) {
      const { Payload, FunctionError } = await lambda.send(
        new InvokeCommand({
          FunctionName: `${stack.named('Prefix')}-${front}`,
          Payload: JSON.stringify(event),
        }),
      );
      const answer = JSON.parse(Buffer.from(Payload ?? []).toString('utf8')) as unknown;
      if (FunctionError !== undefined) throw new Error(`${front}: ${JSON.stringify(answer)}`);
      return answer;
    },
  });
  cleanups.push(() => gateway.close());
  const contexts = join(folder, 'contexts.yaml');
  const { region, urls, keys } = gateway;
  writeFileSync(contexts, JSON.stringify({ contexts: { deployed: { stage, region, urls } } }));
  const as = ({ accessKeyId, secretAccessKey }: AccessKey) => ({
    REKEY_CONTEXTS: contexts,
    REKEY_CONTEXT: 'deployed',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
  const objects = new S3Client({ ...reach, forcePathStyle: true });
  return {
    stack,
    environment: as(keys.operator),
    witnessPauseMs: 250,
    colleagues: as(keys.colleague),
    auditors: as(keys.auditor),
    serveReads: (socketPath) =>
      startReads(new URL('deployed-reader.ts', import.meta.url), socketPath, as(keys.reader), cleanups),
    async readPacket(place) {
      const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(place) ?? [];
      const { Body } = await objects.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToString()) ?? '';
    },
  };
}
