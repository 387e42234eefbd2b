import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { STSClient } from '@aws-sdk/client-sts';
import { systemClock } from '../../local/system.ts';
import { createReaderFence, type ReaderFence } from '../../shared/adapters/aws/iam/reader-fence.ts';
import { createKeySwitch, type KeySwitch } from '../../shared/adapters/aws/kms/key-switch.ts';
import { type CallerIdentity, callerIdentity } from '../../shared/adapters/aws/sts/caller-identity.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { sessionOf } from '../deployment/session.ts';
import type { Place } from './place.ts';

/** A service that is unwell is not waited for: three tries of these, at three in the morning. */
const PATIENCE = { maxAttempts: 3, requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 } };

/** What a responder's own rights reach: KMS, IAM and STS, and nothing of Rekey. */
export interface AwsWay {
  readonly region: string;
  readonly keys: KeySwitch;
  identity(): Promise<CallerIdentity>;
  /** Of the caller's account. */
  readerFence(identity: CallerIdentity): ReaderFence;
}

/** By the caller's ordinary AWS configuration. `Validation` `region-missing`. */
export async function openAwsWay({ prefix, region, profile }: Place): Promise<AwsWay> {
  const configuration = {
    ...PATIENCE,
    ...(region === undefined ? {} : { region }),
    // Its region too.
    ...(profile === undefined ? {} : { profile }),
    credentials: sessionOf(profile === undefined ? {} : { profile }),
  };
  const kms = new KMSClient(configuration);
  const known = await kms.config.region().catch(() => {
    throw new RekeyError({
      code: 'region-missing',
      family: 'Validation',
      message: 'neither --region nor the AWS configuration says in which region the keys are',
      safe: 'Nothing was changed.',
      next: ['rekey fence --direct … --region REGION'],
    });
  });
  const sts = new STSClient({ ...configuration, region: known });
  const iam = new IAMClient({ ...configuration, region: known });
  return {
    region: known,
    keys: createKeySwitch(kms, prefix, systemClock),
    identity: () => callerIdentity(sts),
    readerFence: ({ partition, account }) =>
      createReaderFence(iam, { partition, account, region: known, prefix }),
  };
}
