import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';

/**
 * Whether KMS answers a reader what no policy lets a reader ask: then it asks no policy, and a closed key refuses nobody. AWS
 * always refuses; an emulator may not. Anything but an answer counts as a refusal.
 */
export async function answersTheForbidden(asReader: KMSClient, keyId: string): Promise<boolean> {
  try {
    await asReader.send(new DescribeKeyCommand({ KeyId: keyId }));
    return true;
  } catch {
    return false;
  }
}
