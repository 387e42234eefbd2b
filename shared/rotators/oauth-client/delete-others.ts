import { failure } from '../failure.ts';
import type { Account, Issued, OldCredential, Outcome } from '../rotator.ts';
import { credentialIn } from './credential.ts';
import { openRegistration, type Registration } from './receipt.ts';
import type { Server } from './server.ts';

/** Deletes every client of the account but the issued one, as far as what deletes it is known. The proof names the others. */
export async function deleteOthers(
  server: Server,
  deletesAny: boolean,
  item: Account & Issued & { readonly old: readonly OldCredential[] },
): Promise<Outcome> {
  const kept = item.handle ?? credentialIn(item.value)?.id;
  const others = new Map<string, Registration | null>();
  for (const old of item.old) {
    const client = old.value === null ? null : credentialIn(old.value);
    const id = client?.id ?? old.handle;
    if (id === undefined || id === kept) continue;
    if (deletesAny) others.set(id, null);
    else if (client !== null && old.receipt !== undefined) {
      const registration = openRegistration(old.receipt, client);
      if (registration !== null) others.set(id, registration);
    }
  }
  if (deletesAny) for (const id of item.handles ?? []) if (id !== kept) others.set(id, null);
  for (const [id, registration] of others) {
    const heard = await server.delete(id, registration);
    if ('ok' in heard) return heard;
    if (heard.means !== 'accepted' && heard.means !== 'gone')
      return failure(heard.means === 'busy' || heard.status >= 500 ? 'busy' : 'refused', heard.what);
  }
  return { ok: true };
}
