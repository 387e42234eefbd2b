import { expect, test } from 'vitest';
import { ConfigFile } from '../../../shared/domain/config/schema.ts';
import { bitsOf, classesOf, makePassword, type PasswordPolicy } from '../../../shared/domain/password.ts';
import { seededRandom } from '../../support/clock.ts';

const STRICT: PasswordPolicy = { length: 20, characters: ['letters', 'digits', 'symbols'] };

const many = (policy: PasswordPolicy, count: number) => {
  const random = seededRandom(7);
  return Array.from({ length: count }, () => makePassword(random, policy));
};

/** What is wrong with a policy, in the file's words. */
const mistakesOf = (passwords: object) =>
  ConfigFile.safeParse({
    version: 1,
    targets: {
      db: { kind: 'postgres', connection: {}, admins: [{ user: 'a', password: 'vault://a/b' }], passwords },
    },
  }).error?.issues.map(({ message }) => message) ?? [];

test('without a policy it is 32 characters of base64url, the bytes as they come', () => {
  expect(makePassword(seededRandom(1), undefined)).toBe(
    Buffer.from(seededRandom(1).bytes(24)).toString('base64url'),
  );
});

test('the same randomness, the same password', () => {
  expect(makePassword(seededRandom(3), STRICT)).toBe(makePassword(seededRandom(3), STRICT));
});

test('each has its length, only its characters, and one at least of every sort', () => {
  const policy = { length: 17, characters: ['lower', 'digits', '#%'] };
  for (const password of many(policy, 3_000)) {
    expect(password).toMatch(/^[a-z0-9#%]{17}$/);
    for (const sort of [/[a-z]/, /[0-9]/, /[#%]/]) expect(password).toMatch(sort);
  }
});

test('letters are of both cases, each at least once', () => {
  for (const password of many({ length: 18, characters: ['letters'] }, 2_000))
    expect(password).toMatch(/(?=.*[a-z])(?=.*[A-Z])/);
});

test('no character is likelier than another at any place: a chi-square within what chance gives', () => {
  // A sort that is the whole alphabet: nothing is drawn anew, and each place is even. 90 does not divide 256.
  const alphabet = Array.from({ length: 90 }, (_, index) => String.fromCharCode(0x21 + index)).join('');
  const length = 16;
  const drawn = many({ length, characters: [alphabet] }, 8_000);
  for (const place of [0, 7, 15]) {
    const counts = new Map<string, number>();
    for (const password of drawn)
      counts.set(password[place] ?? '', (counts.get(password[place] ?? '') ?? 0) + 1);
    const even = drawn.length / alphabet.length;
    const chiSquare = alphabet
      .split('')
      .reduce((sum, one) => sum + ((counts.get(one) ?? 0) - even) ** 2 / even, 0);
    // 89 degrees of freedom: above 150 once in 20,000 by chance.
    expect(chiSquare).toBeLessThan(150);
  }
});

test('a character that stands in two sorts is no likelier for it', () => {
  const drawn = many({ length: 30, characters: ['lower', 'aeiou'] }, 4_000).join('');
  const share = drawn.split('').filter((one) => one === 'b').length / drawn.length;
  expect(share).toBeGreaterThan(0.036);
  expect(share).toBeLessThan(0.041);
});

test('words are sorts, and anything else is the characters as they stand', () => {
  expect(classesOf({ length: 20, characters: ['letters', 'toString', '!'] })).toEqual([
    'abcdefghijklmnopqrstuvwxyz',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    'toString',
    '!',
  ]);
  expect(bitsOf({ length: 32, characters: ['digits'] })).toBe(106);
});

test('a policy whose passwords could be guessed, or can hardly be made, is refused where it is written', () => {
  expect(mistakesOf(STRICT)).toEqual([]);
  expect(mistakesOf({})).toEqual([]);
  expect(mistakesOf({ length: 12, characters: ['letters', 'digits'] })).toEqual([
    expect.stringMatching(/could be guessed: 71 bits, 100 are the least/),
  ]);
  expect(mistakesOf({ length: 20, characters: ['letters', ...'abcdefgh'.split('')] })).toEqual([
    expect.stringMatching(/can hardly hold one of each/),
  ]);
  expect(mistakesOf({ length: 32, characters: ['ü'] })).toContainEqual(
    expect.stringMatching(/not printable ASCII/),
  );
  expect(mistakesOf({ length: 129 })).toHaveLength(1);
  expect(mistakesOf({ lenght: 20 })).toHaveLength(1);
});
