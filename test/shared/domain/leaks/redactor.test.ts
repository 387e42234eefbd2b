import { describe, expect, test } from 'vitest';
import { createMatcher } from '../../../../shared/domain/leaks/matcher.ts';
import { createRedactor, type Replaced } from '../../../../shared/domain/leaks/redactor.ts';
import { seededRandom } from '../../../support/clock.ts';
import { knownValues } from '../../../support/known-values.ts';

const ONE_LINE = 'Zq8vN3tLw0PxR7sKd2JmA1';
const OF_LINES = 'first line of it\nsecond line of it\nthe third';
const MARK = '[rekey:vault://leaks/0:version- redacted]';
const MARK_OF_LINES = '[rekey:vault://leaks/1:version- redacted]';

function redact(values: readonly string[], chunks: readonly (string | Buffer)[]) {
  const passed: Buffer[] = [];
  const replaced: Replaced[] = [];
  const redactor = createRedactor({
    matcher: createMatcher(knownValues(values)),
    pass: (bytes) => passed.push(Buffer.from(bytes)),
    replaced: (what) => replaced.push(what),
  });
  const afterEach = chunks.map((chunk) => {
    redactor.push(Buffer.from(chunk));
    return Buffer.concat(passed).length;
  });
  redactor.end();
  return { text: Buffer.concat(passed).toString(), replaced, afterEach };
}

describe('[4.3] lines that pass', () => {
  test('come out as they went in, byte for byte, also where they are no text', () => {
    const bytes = Buffer.from(seededRandom(3).bytes(100_000));
    const passed: Buffer[] = [];
    const redactor = createRedactor({
      matcher: createMatcher(knownValues([ONE_LINE, OF_LINES])),
      pass: (some) => passed.push(Buffer.from(some)),
      replaced: () => undefined,
    });
    for (let at = 0; at < bytes.length; at += 777) redactor.push(bytes.subarray(at, at + 777));
    redactor.end();
    expect(Buffer.concat(passed).equals(bytes)).toBe(true);
  });

  test('have our values replaced by their reference and version, with the line said', () => {
    const { text, replaced } = redact(
      [ONE_LINE],
      [`one\ntwo ${ONE_LINE} and\nthree\n`, `{"a":"${ONE_LINE}"}`],
    );
    expect(text).toBe(`one\ntwo ${MARK} and\nthree\n{"a":"${MARK}"}`);
    expect(replaced).toEqual([
      { ref: 'vault://leaks/0', versionId: 'version-0', line: 2 },
      { ref: 'vault://leaks/0', versionId: 'version-0', line: 4 },
    ]);
  });

  test('broken anywhere come to the same', () => {
    const whole = `a ${ONE_LINE} b\n${OF_LINES}\nc=${encodeURIComponent(OF_LINES)}\n${Buffer.from(ONE_LINE).toString('base64')}\n`;
    const expected = `a ${MARK} b\n${MARK_OF_LINES}\nc=${MARK_OF_LINES}\n`;
    for (let at = 0; at <= whole.length; at += 1) {
      const { text } = redact([ONE_LINE, OF_LINES], [whole.slice(0, at), whole.slice(at)]);
      expect(text.startsWith(expected)).toBe(true);
      expect(text.slice(expected.length)).toMatch(/^\[rekey:vault:\/\/leaks\/0:version- redacted\]=*\n$/);
    }
    const one = redact([ONE_LINE, OF_LINES], whole.split(''));
    expect(one.text.startsWith(expected)).toBe(true);
  });

  test('go on at once, unless a value of ours has line breaks: then so much waits as it is long', () => {
    expect(redact([ONE_LINE], ['a line\n', 'half', ' another\n']).afterEach).toEqual([7, 7, 20]);
    const lines = Array.from({ length: 20 }, (_, index) => `line ${String(index).padStart(2, '0')}\n`);
    const { afterEach } = redact([OF_LINES], lines);
    const held = lines.map((_, index) => (index + 1) * 8 - (afterEach[index] ?? 0));
    // At most twice the value: it is gone through again once so much has come.
    expect(Math.max(...held)).toBeLessThanOrEqual(2 * OF_LINES.length + 8);
  });

  test('of more than any buffer are gone through in pieces, and a value in no piece alone is found', () => {
    const chunk = 65_536;
    const encoded = encodeURIComponent(OF_LINES);
    // One value over each place where a chunk ends, and so over each where a piece could.
    const pieces = Array.from({ length: 48 }, (_, index) => {
      const value = index % 2 === 0 ? ONE_LINE : encoded;
      return { value, filler: ', filler'.repeat(chunk).slice(0, chunk - value.length) };
    });
    const whole = `${'.'.repeat(chunk - 10)}${pieces.map(({ value, filler }) => value + filler).join('')}`;
    const chunks = Array.from({ length: Math.ceil(whole.length / chunk) }, (_, index) =>
      whole.slice(index * chunk, (index + 1) * chunk),
    );
    const { text, afterEach } = redact([ONE_LINE, OF_LINES], chunks);
    const expected = pieces.map(({ value, filler }) => (value === ONE_LINE ? MARK : MARK_OF_LINES) + filler);
    expect(text === `${'.'.repeat(chunk - 10)}${expected.join('')}`).toBe(true);
    const held = afterEach.map((passed, index) => Math.min(whole.length, (index + 1) * chunk) - passed);
    expect(Math.max(...held)).toBeLessThan(1_300_000);
  });

  test.each([
    ['aws-access-token', 'key AKIAQ3EGRIZUT5VXNOPQ used', 'key [rekey:aws-access-token redacted] used'],
    ['github-pat', `t=ghp_${'a1B2'.repeat(9)}.`, 't=[rekey:github-pat redacted].'],
    [
      'password-in-url',
      'postgres://app:hunter22@db.test/x',
      'postgres://app:[rekey:password-in-url redacted]@db.test/x',
    ],
    [
      'generic-api-key',
      'api_key="k9Qv7TzX2mLp4RwS8nJd6HbY" ok',
      'api_key="[rekey:generic-api-key redacted]" ok',
    ],
    [
      'jwt',
      'cookie eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P ;',
      'cookie [rekey:jwt redacted] ;',
    ],
  ])('have what is a secret by its shape replaced by its rule: %s', (rule, line, expected) => {
    const { text, replaced } = redact([], [`first\n${line}\n`]);
    expect(text).toBe(`first\n${expected}\n`);
    expect(replaced).toEqual([{ rule, line: 2 }]);
  });

  test('with a private key over many lines have all of it replaced, however it comes', () => {
    const key = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n'.repeat(40)}-----END`;
    const whole = `before\n${key} RSA PRIVATE KEY-----\nafter\n`;
    const { text } = redact([], whole.split(''));
    expect(text).toBe('before\n[rekey:private-key redacted] RSA PRIVATE KEY-----\nafter\n');
  });

  test('name ours by its reference also where a rule would find it', () => {
    const ours = 'AKIAQ3EGRIZUT5VXNOPQ';
    expect(redact([ours], [`password=${ours}\n`]).text).toBe(`password=${MARK}\n`);
  });

  test('with words alone stay as they are, and what was redacted once is not again', () => {
    for (const line of [
      'password: required, token: missing',
      'secret_name = vault://payments/ledger',
      `password=${MARK} token=[rekey:jwt redacted]`,
      'https://example.test:8443/path@2x.png',
    ]) {
      expect(redact([ONE_LINE], [`${line}\n`]).text).toBe(`${line}\n`);
    }
  });
});
