import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { STSClient } from '@aws-sdk/client-sts';
import { translate } from '../../shared/adapters/aws/vendor-error.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { sessionOf } from '../deployment/session.ts';
import type { Place } from '../direct/place.ts';

/** Everything that a live look asks, by the caller's own rights. */
export function liveClients({ region, profile }: Place) {
  const configuration = {
    ...(region === undefined ? {} : { region }),
    // Its region too.
    ...(profile === undefined ? {} : { profile }),
    credentials: sessionOf(profile === undefined ? {} : { profile }),
  };
  const sts = new STSClient(configuration);
  return {
    configuration,
    sts,
    cloudFormation: new CloudFormationClient(configuration),
    cloudWatch: new CloudWatchClient(configuration),
    iam: new IAMClient(configuration),
    kms: new KMSClient(configuration),
    s3: new S3Client({ ...configuration, forcePathStyle: true }),
    secrets: new SecretsManagerClient(configuration),
    sns: new SNSClient(configuration),
  };
}

export type LiveClients = ReturnType<typeof liveClients>;

/** A stack's outputs, by name. `NotFound` `stack-missing`. */
export async function outputsOf(
  client: CloudFormationClient,
  stack: string,
): Promise<(name: string) => string> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    const outputs = new Map(
      Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
    );
    return (name) => outputs.get(name) ?? '';
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError') {
      throw new RekeyError({
        code: 'stack-missing',
        family: 'NotFound',
        message: `there is no stack ${stack} in this account and region`,
        safe: 'Nothing was changed.',
        next: ['aws sts get-caller-identity', 'npm run deploy -- --stage STAGE'],
      });
    }
    throw translate(error, {
      permission: 'cloudformation:DescribeStacks',
      about: stack,
      safe: 'Nothing was changed.',
    });
  }
}
