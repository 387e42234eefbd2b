import { credentialText, type Names } from '../../shared/rotators/alternating/credential.ts';
import type { Account, TargetSession } from '../../shared/rotators/rotator.ts';

/**
 * The rotators' contract speaks of accounts and passwords. Here each password becomes the credential of one of an account's
 * two users: the first that it had is the first user's, and each that is installed the next one's in turn, as the domain does.
 */
export function createTurns(namesOf: (account: Account['account']) => Names) {
  const slots = new Map<string, 0 | 1>();
  const last = new Map<string, 0 | 1>();
  const slotOf = (password: string) => slots.get(password) ?? 0;
  const credential = ({ account }: Account, password: string) => ({
    value: credentialText(namesOf(account)[slotOf(password)], password),
    slot: slotOf(password),
  });
  const take = ({ ref }: Account, password: string) => {
    if (slots.has(password)) return;
    const slot = last.get(ref) === 1 ? 0 : 1;
    slots.set(password, slot);
    last.set(ref, slot);
  };
  return {
    nameFor: ({ account }: Account, password: string) => namesOf(account)[slotOf(password)],
    /** A session that takes plain passwords. */
    of(session: TargetSession): TargetSession {
      const turned = <I extends Account & { readonly value: string }>(items: readonly I[]) =>
        items.map((item) => ({ ...item, ...credential(item, item.value) }));
      const old = <
        I extends Account & { readonly old: readonly { versionId: string; value: string | null }[] },
      >(
        items: readonly I[],
      ) =>
        items.map((item) => ({
          ...item,
          old: item.old.map((one) => (one.value === null ? one : { ...one, ...credential(item, one.value) })),
        }));
      return {
        ...session,
        cut: (accounts, sample) => {
          const account = accounts.find(({ ref }) => ref === sample?.ref);
          const tried =
            sample === null || account === undefined
              ? null
              : { ref: sample.ref, value: credential(account, sample.value).value };
          return session.cut(accounts, tried);
        },
        install(items) {
          for (const item of items) take(item, item.value);
          return session.install(turned(items));
        },
        verify: (items) => session.verify(turned(items)),
        revoke: (items) => session.revoke(old(turned(items))),
        prove: (items) => session.prove(old(turned(items))),
      };
    },
  };
}
