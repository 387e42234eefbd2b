import { epochAliases, lostAliases, spareAlias, spareAliases, takenAlias, takenAliases } from './alias.ts';
import { type FoundKey, isDestroyed, type KeyCalls } from './key-calls.ts';
import { type Door, type KeyRoles, renderKeyPolicy } from './key-policy.ts';

/** Behind which doors the next epoch's key may be wanted: by the cause of its incident. */
const DOORS: readonly Door[] = ['open', 'not-yet-open'];

/**
 * A key waits behind each door for the next epoch of any class, born with its policy: a new key and its alias are known
 * everywhere only after seconds, making keys is throttled early, and who takes one writes no policy. Spares of an earlier
 * release's roles, and keys that were made in vain, are scheduled for deletion: none has ever sealed anything.
 */
export async function keepSpares(
  calls: KeyCalls,
  { prefix, roles }: { readonly prefix: string; readonly roles: KeyRoles },
): Promise<void> {
  async function waiting(name: string): Promise<FoundKey | null> {
    const spare = await calls.describe(name);
    if (spare?.KeyState !== 'Enabled') return null;
    return (await calls.describe(takenAlias(prefix, spare.KeyId))) === null ? spare : null;
  }

  const names = new Set<string>();
  for (const door of DOORS) {
    const policy = renderKeyPolicy(door, roles);
    const name = spareAlias(prefix, policy);
    names.add(name);
    if ((await waiting(name)) !== null) continue;
    const key = await calls.makeKey(policy);
    if (!(await calls.makeAlias(name, key.KeyId))) await calls.moveAlias(name, key.KeyId);
  }

  const all = await calls.aliasesUnder(`alias/${prefix}/`);
  const keysOf = (start: string) =>
    new Set(all.filter(({ AliasName }) => AliasName.startsWith(start)).map(({ TargetKeyId }) => TargetKeyId));
  const used = keysOf(epochAliases(prefix));
  const taken = keysOf(takenAliases(prefix));
  for (const { AliasName, TargetKeyId: keyId } of all) {
    if (keyId === undefined || used.has(keyId)) continue;
    const key = await endable(AliasName, keyId);
    if (key !== null && !isDestroyed(key)) await calls.scheduleDeletion(key.Arn);
  }

  /** One that was lost, or an earlier release's spare: that one is taken first, so that nobody else does. */
  async function endable(name: string, keyId: string): Promise<FoundKey | null> {
    if (name.startsWith(lostAliases(prefix))) return calls.describe(keyId);
    if (!name.startsWith(spareAliases(prefix)) || names.has(name) || taken.has(keyId)) return null;
    return (await calls.makeAlias(takenAlias(prefix, keyId), keyId)) ? calls.describe(keyId) : null;
  }
}
