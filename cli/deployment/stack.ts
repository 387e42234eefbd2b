import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateDescribeStacks,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { RekeyError } from '../../shared/domain/errors.ts';
import { type DeploymentName, identityOf, renewalOf, stackOf, whoseOf } from './name.ts';
import type { Credentials } from './session.ts';

/** A stack's outputs, and where it is. */
export interface StackView {
  readonly region: string;
  readonly outputs: ReadonlyMap<string, string>;
}

/** Asks CloudFormation, where the AWS configuration says that it is. */
export async function describeStack(
  name: DeploymentName,
  credentials: () => Promise<Credentials>,
): Promise<StackView> {
  const { profile, region } = name;
  const client = new CloudFormationClient({
    credentials,
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
  });
  const where = await regionOf(client);
  const StackName = stackOf(name);
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    return { region: where, outputs: outputsOf(stack) };
  } catch (error) {
    throw await whyNot(client, name, where, error);
  } finally {
    client.destroy();
  }
}

async function regionOf(client: CloudFormationClient): Promise<string> {
  try {
    return await client.config.region();
  } catch (error) {
    throw new RekeyError({
      code: 'region-missing',
      family: 'Validation',
      message: 'neither --region, nor the context, the environment or the profile names a region',
      safe: 'Nothing was sent.',
      next: ['rekey … --region REGION'],
      cause: error,
    });
  }
}

function outputsOf(stack: Stack | undefined): Map<string, string> {
  return new Map(
    (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
}

async function whyNot(
  client: CloudFormationClient,
  name: DeploymentName,
  region: string,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof Error) || error instanceof RekeyError) return error;
  const { name: kind, message } = error;
  const asked = `cloudformation:DescribeStacks for ${stackOf(name)} in ${region}`;
  if (kind === 'ValidationError' && /does not exist/.test(message)) {
    return new RekeyError({
      code: 'stage-unknown',
      family: 'NotFound',
      message: `there is no stack ${stackOf(name)} in ${region} for ${whoseOf(name)}${await others(client, name)}`,
      safe: 'Nothing was done.',
      next: [identityOf(name), `npm run deploy -- --stage ${name.stage}`],
      cause: error,
    });
  }
  if (/^Expired|InvalidClientTokenId|UnrecognizedClient/.test(kind)) {
    return new RekeyError({
      code: 'session-expired',
      family: 'Denied',
      message: `the session of ${whoseOf(name)} has expired or is not known (${kind}): ${asked} was refused`,
      safe: 'Nothing was done.',
      next: [renewalOf(name), identityOf(name)],
      cause: error,
    });
  }
  if (/^AccessDenied|^UnauthorizedOperation/.test(kind)) {
    return new RekeyError({
      code: 'not-permitted',
      family: 'Denied',
      message: `${asked} was refused to ${whoseOf(name)}: the stage is of another account or region, or the role may not see it`,
      safe: 'Nothing was done.',
      next: [identityOf(name), 'or name the URLs in a context: docs/cli.md'],
      cause: error,
    });
  }
  return new RekeyError({
    code: 'stack-unseen',
    family: 'TargetUnavailable',
    message: `${asked} failed (${kind === 'Error' ? (error as NodeJS.ErrnoException).code : kind})`,
    safe: 'Nothing was done.',
    next: ['the same command again', 'or name the URLs in a context: docs/cli.md'],
    cause: error,
  });
}

/** Stages that there are instead, where the session may see them. */
async function others(client: CloudFormationClient, { service }: DeploymentName): Promise<string> {
  try {
    const stages: string[] = [];
    for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {})) {
      for (const stack of Stacks) {
        const stage = outputsOf(stack).get('Stage');
        if (stage !== undefined && stack.StackName === `${service}-${stage}`) stages.push(stage);
      }
    }
    return stages.length === 0 ? ', nor of any other stage' : `; there is ${stages.join(', ')}`;
  } catch {
    return '';
  }
}
