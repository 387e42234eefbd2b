import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { openKmsSigner } from '../../../../shared/adapters/aws/kms/signer.ts';
import { vendor } from '../../../support/vendor.ts';

const ARN = 'arn:aws:kms:us-east-1:111122223333:key/signing';

function aKey(namedCurve = 'P-256') {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const client = new KMSClient({ region: 'us-east-1' });
  const calls = mockClient(client);
  calls.on(GetPublicKeyCommand).resolves({
    KeyId: ARN,
    KeySpec: namedCurve === 'P-256' ? 'ECC_NIST_P256' : 'ECC_NIST_P384',
    PublicKey: publicKey.export({ type: 'spki', format: 'der' }),
  });
  return { client, calls, privateKey };
}

describe('signing with KMS', () => {
  test('[6.3] KMS is given the digest, by the key’s ARN even where an alias was asked for; the public half is asked for once', async () => {
    const { client, calls, privateKey } = aKey();
    const packet = Buffer.alloc(1_000_000, 'packet');
    calls.on(SignCommand).resolves({ Signature: sign('sha256', packet, privateKey) });
    const signer = await openKmsSigner(client, 'alias/rekey-test/audit');
    const signature = await signer.sign(packet);
    await signer.sign(packet);
    expect(verify('sha256', packet, createPublicKey(signer.publicKeyPem), signature)).toBe(true);
    expect(calls.commandCalls(GetPublicKeyCommand)).toHaveLength(1);
    const { Message, ...rest } = calls.commandCalls(SignCommand)[0]?.args[0].input ?? {};
    expect(rest).toEqual({ KeyId: ARN, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' });
    expect(Message).toEqual(createHash('sha256').update(packet).digest());
    expect(signer.keyId).toMatch(/^[0-9a-f]{16}$/);
  });

  test('[6.3] a key of another spec signs nothing', async () => {
    await expect(openKmsSigner(aKey('P-384').client, ARN)).rejects.toMatchObject({
      family: 'Unrecoverable',
      code: 'signing-key-unfit',
    });
  });

  test.each([
    ['DisabledException', 'Unrecoverable', 'call-refused'],
    ['ThrottlingException', 'Throttled', 'throttled'],
    ['AccessDeniedException', 'Denied', 'not-permitted'],
  ])('[injected] %s: nothing was signed, and that is said', async (name, family, code) => {
    const { client, calls } = aKey();
    calls.on(SignCommand).rejects(vendor(name));
    const signer = await openKmsSigner(client, ARN);
    await expect(signer.sign(Buffer.from('x'))).rejects.toMatchObject({
      family,
      code,
      message: expect.stringContaining(`kms:Sign for ${ARN}`),
      safe: 'Nothing was signed.',
    });
  });
});
