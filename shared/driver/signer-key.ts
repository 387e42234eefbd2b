import { RekeyError } from '../domain/errors.ts';
import type { Identity } from '../domain/identity.ts';
import { isSignedBy, keyBlob } from '../domain/signature/ssh-signature.ts';
import type { Needs } from './services.ts';

/**
 * Whose key made the signature over exactly these bytes: a key that somebody among people has now. Throws `Denied`
 * `signature-refused` where nobody's did.
 */
export async function signerOf(
  { registry }: Needs<'registry'>,
  armored: string,
  {
    bytes,
    what,
    next,
  }: {
    readonly bytes: Buffer;
    /** For people: what it is about. */
    readonly what: string;
    /** The command that shows it. */
    readonly next: string;
  },
): Promise<Identity> {
  const keys = (await registry.people()).flatMap(({ sshKeys }) => sshKeys);
  const key = keys.find((line) => isSignedBy(line, armored, bytes));
  const blob = key === undefined ? null : keyBlob(key);
  if (blob !== null) return { way: 'ssh', id: blob.toString('base64') };
  throw new RekeyError({
    code: 'signature-refused',
    family: 'Denied',
    message: `no key of anybody among people signed ${what}`,
    safe: 'Nothing was changed.',
    next: [next],
  });
}
