import type { SecretRef } from '../domain/secret-ref.ts';
import type { Needs } from './services.ts';

/** The key that a reference names; null: it has no value. */
export type SigningKeys = (ref: string) => Promise<string | null>;

/** One look at a key serves all that is signed with it in a round. */
export function signingKeysOf({ registry, store }: Needs<'registry' | 'store'>): SigningKeys {
  const keys = new Map<string, Promise<string | null>>();
  const read = async (ref: SecretRef) => {
    const [secret] = await registry.secrets([ref]);
    if (secret?.currentVersionId === undefined) return null;
    const [value = ''] = await store.read([{ ref, versionId: secret.currentVersionId }], 'worker');
    return value;
  };
  return (ref) => {
    const known = keys.get(ref) ?? read(ref as SecretRef);
    keys.set(ref, known);
    return known;
  };
}
