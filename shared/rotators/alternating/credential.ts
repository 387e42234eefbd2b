import type { Account, Issued } from '../rotator.ts';

/** Which of an account's two users. */
export type Slot = 0 | 1;

export type Names = readonly [first: string, second: string];

/** The value of an account whose users take turns: consumers log in with both parts, and the name changes each time. */
export function credentialText(username: string, password: string): string {
  return JSON.stringify({ username, password });
}

/** Both parts of a value; null where it is not one of these, as from the time before the account took turns. */
function readCredential(value: string): { readonly username: string; readonly password: string } | null {
  try {
    const { username, password } = JSON.parse(value) as Record<string, unknown>;
    return typeof username === 'string' && typeof password === 'string' ? { username, password } : null;
  } catch {
    return null;
  }
}

/** Whose password it is and what it is: by the name in the value, else by the slot; a plain value is a password as it stands. */
export function passwordFor(
  names: Names,
  { value, slot = 0 }: { readonly value: string | null; readonly slot?: Slot },
): { readonly slot: Slot; readonly password: string | null } {
  const credential = value === null ? null : readCredential(value);
  if (credential === null) return { slot, password: value };
  const named = names.indexOf(credential.username);
  return { slot: named === 0 || named === 1 ? named : slot, password: credential.password };
}

/** What a value that people hold is for. Pure; the words of a refusal hold nothing of the value. */
export function slotOfGiven(
  names: Names,
  value: string,
): { readonly slot: Slot } | { readonly refused: string } {
  const credential = readCredential(value);
  const keys = credential === null ? [] : Object.keys(JSON.parse(value) as object);
  if (credential === null || keys.length !== 2) {
    return {
      refused: `two users take turns: the value is {"username": …, "password": …}, the name ${names[0]} or ${names[1]}`,
    };
  }
  const named = names.indexOf(credential.username);
  if (named !== 0 && named !== 1)
    return { refused: `the value’s username is neither ${names[0]} nor ${names[1]}` };
  return credential.password === '' ? { refused: 'the value’s password is empty' } : { slot: named };
}

/** How the target knows each of two users. Text that an account from before it took turns has, is its first user's. */
export function readIdentities({ identity }: Pick<Account, 'identity'>): readonly (string | undefined)[] {
  if (identity === undefined) return [undefined, undefined];
  if (!identity.startsWith('[')) return [identity, undefined];
  return (JSON.parse(identity) as (string | null)[]).map((one) => one ?? undefined);
}

export function identitiesText(first: string | undefined, second: string | undefined): string {
  return JSON.stringify([first ?? null, second ?? null]);
}

export function slotOf({ slot = 0 }: Pick<Issued, 'slot'>): Slot {
  return slot;
}
