/** What a target takes for a password. */
export interface PasswordPolicy {
  readonly length: number;
  /** Words of `ALPHABETS`, or characters as they stand. Of each, one at least is in every password. */
  readonly characters: readonly string[];
}

/** Of a CSPRNG. */
interface Bytes {
  bytes(length: number): Uint8Array;
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();

/** Each word's classes. Symbols are those that mean nothing in a URL, a shell or a connection string. */
const ALPHABETS: Readonly<Record<string, readonly string[]>> = {
  letters: [LOWER, UPPER],
  lower: [LOWER],
  upper: [UPPER],
  digits: ['0123456789'],
  symbols: ['-._~+,='],
};

/** 24 random bytes: 192 bits in 32 characters of base64url. */
const PLAIN_BYTES = 24;
/** Fewer could be tried out, given what a server keeps of a password. */
export const LEAST_BITS = 100;

/** Every class of which a password must have one. */
export function classesOf({ characters }: PasswordPolicy): string[] {
  return characters.flatMap((word) => (Object.hasOwn(ALPHABETS, word) ? (ALPHABETS[word] ?? []) : word));
}

function alphabetOf(policy: PasswordPolicy): string[] {
  return [...new Set(classesOf(policy).join('').split(''))];
}

/** Whole bits of a password by its length and characters; that it has one of each class takes at most four of them. */
export function bitsOf(policy: PasswordPolicy): number {
  return Math.floor(policy.length * Math.log2(Math.max(1, alphabetOf(policy).length)));
}

/** Of passwords as they are drawn, how large a share can lack one of the classes, at most. Above this nearly all are drawn in vain. */
export const MOST_LACKING = 0.9;

export function lackingShare(policy: PasswordPolicy): number {
  const alphabet = alphabetOf(policy).length;
  return classesOf(policy).reduce(
    (share, one) => share + (1 - new Set(one.split('')).size / alphabet) ** policy.length,
    0,
  );
}

/** A new password, from `random` alone. Every one that the policy allows is as likely as any other. Default: base64url. */
export function makePassword(random: Bytes, policy: PasswordPolicy | undefined): string {
  if (policy === undefined) return Buffer.from(random.bytes(PLAIN_BYTES)).toString('base64url');
  const alphabet = alphabetOf(policy);
  const classes = classesOf(policy);
  for (;;) {
    const password = draw(random, alphabet, policy.length);
    // Drawn anew as a whole: to mend a place of it would favour some.
    if (classes.every((one) => one.split('').some((character) => password.includes(character))))
      return password;
  }
}

function draw(random: Bytes, alphabet: readonly string[], length: number): string {
  // The bytes above the last whole round of the alphabet would make its first characters likelier.
  const fair = 256 - (256 % alphabet.length);
  let drawn = '';
  while (drawn.length < length) {
    for (const byte of random.bytes(length)) {
      if (byte < fair && drawn.length < length) drawn += alphabet[byte % alphabet.length];
    }
  }
  return drawn;
}
