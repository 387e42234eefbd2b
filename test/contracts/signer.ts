import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Signer } from '../../shared/ports/audit.ts';

/** What every signer keeps to. `create` answers the same key each time it is called within a test. */
export function describeSigner(name: string, create: () => Promise<() => Promise<Signer>>): void {
  describe(`signer ${name}`, () => {
    const holds = (publicKeyPem: string, bytes: Uint8Array, signature: Uint8Array): boolean =>
      verify('sha256', bytes, createPublicKey(publicKeyPem), signature);

    test('[6.3] the public key is ECDSA P-256, in SPKI PEM', async () => {
      const { publicKeyPem } = await (await create())();
      const key = createPublicKey({ key: publicKeyPem, format: 'pem', type: 'spki' });
      expect([key.asymmetricKeyType, key.asymmetricKeyDetails?.namedCurve]).toEqual(['ec', 'prime256v1']);
    });

    test.each([0, 1, 4_096, 4_097, 1_000_000])(
      '[6.3] what is signed verifies with the public key alone, and nothing else does: %i bytes',
      async (length) => {
        const signer = await (await create())();
        const bytes = Buffer.alloc(length, 'entry');
        const signature = await signer.sign(bytes);
        expect(holds(signer.publicKeyPem, bytes, signature)).toBe(true);
        expect(holds(signer.publicKeyPem, Buffer.concat([bytes, Buffer.from([0])]), signature)).toBe(false);
      },
    );

    test('[6.3] whoever opens it again has the same key under the same name', async () => {
      const open = await create();
      const [one, again] = [await open(), await open()];
      expect([again.keyId, again.publicKeyPem]).toEqual([one.keyId, one.publicKeyPem]);
      const bytes = Buffer.from('checkpoint');
      expect(holds(one.publicKeyPem, bytes, await again.sign(bytes))).toBe(true);
      expect(one.keyId).not.toBe('');
    });
  });
}
