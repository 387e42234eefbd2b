import { describe, expect, test } from 'vitest';
import { fingerprintKeyOf } from '../../../../shared/domain/leaks/fingerprint.ts';
import { createMatcher } from '../../../../shared/domain/leaks/matcher.ts';
import { seededRandom } from '../../../support/clock.ts';
import { knownValues } from '../../../support/known-values.ts';

const VALUES = [
  'Zq8vN3tLw0PxR7sKd2JmA1',
  'short-8b',
  'with "quotes", \\back/slash & 100% of it + more=',
  'pässwörd-密码-🔑-of-a-sort',
  '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n',
  "comma,semi;colon:pipe|tab\tbrace{}[]<>'`$(x)",
] as const;

const percentEncoded = (value: string) => encodeURIComponent(value);
const everyByte = (value: string) =>
  [...Buffer.from(value)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const escaped = (value: string) => JSON.stringify(value).slice(1, -1);
const asciiEscaped = (value: string) =>
  escaped(value).replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
const base64 = (value: string) => Buffer.from(value).toString('base64');
const base64url = (value: string) => Buffer.from(value).toString('base64url');

const ENCODINGS: readonly (readonly [string, (value: string) => string])[] = [
  ['as it is', (value) => value],
  ['URL-encoded', percentEncoded],
  ['URL-encoded in every byte', everyByte],
  ['escaped as in JSON', escaped],
  ['escaped as in JSON, in ASCII', asciiEscaped],
  ['escaped twice', (value) => escaped(escaped(value))],
  ['in base64', base64],
  ['in base64 for URLs', base64url],
  ['in base64, URL-encoded', (value) => percentEncoded(base64(value))],
  ['URL-encoded, escaped', (value) => escaped(percentEncoded(value))],
  ['escaped, URL-encoded', (value) => percentEncoded(escaped(value))],
];

const matcher = createMatcher(knownValues(VALUES));
const found = (text: string) =>
  matcher.find(Buffer.from(text)).map(({ start, end, known }) => ({
    text: Buffer.from(text).subarray(start, end).toString(),
    versions: known.map(({ versionId }) => versionId),
  }));

describe('[7.1] a value of ours in a text', () => {
  for (const [name, encode] of ENCODINGS) {
    test.each(VALUES.map((value, index) => [index, value] as const))(
      `${name} is found: %i`,
      (index, value) => {
        for (const [before, after] of [
          ['', ''],
          ['GET /v1?password=', '&page=2 HTTP/1.1'],
          ['{"password":"', '","user":"app"}'],
          ['x', 'x'],
          ['50% of C:\\dir ', ' 100%'],
        ] as const) {
          const encoded = encode(value);
          const [span, ...others] = found(`${before}${encoded}${after}`);
          expect(others).toEqual([]);
          expect(span?.versions).toEqual([`version-${index}`]);
          expect(span?.text).toContain(encoded.replace(/=+$/, '').replace(/(?:%3D)+$/, ''));
        }
      },
    );
  }

  test.each(VALUES.map((value, index) => [index, value] as const))(
    'in base64 with other bytes before and after, at any alignment, is found: %i',
    (index, value) => {
      for (const before of ['', 'u', 'us', 'user:']) {
        for (const after of ['', '!', '!!', ' and more']) {
          for (const encode of [base64, base64url]) {
            for (const around of ['', 'a', 'ab', 'abc', '/']) {
              const text = `${around}${encode(before + value + after)}`;
              const spans = found(`Authorization: Basic ${text}`);
              expect(spans.map(({ versions }) => versions)).toEqual([[`version-${index}`]]);
            }
          }
        }
      }
    },
  );

  test('two of them beside each other are two, the same twice too', () => {
    const [one, other] = [VALUES[0], VALUES[1]];
    expect(found(`${one}${other} ${one}`).map(({ text }) => text)).toEqual([one, other, one]);
  });

  test('a text that only begins like one, or lacks a byte of it, is none of ours', () => {
    for (const value of VALUES) {
      const bytes = Buffer.from(value);
      for (const at of [0, bytes.length >> 1, bytes.length - 1]) {
        const other = Buffer.from(bytes);
        other[at] = (other[at] ?? 0) ^ 1;
        expect(matcher.find(other)).toEqual([]);
      }
      expect(matcher.find(bytes.subarray(1))).toEqual([]);
      expect(matcher.find(bytes.subarray(0, -1))).toEqual([]);
    }
  });

  test('whatever the text around, each place is found, and no other', () => {
    const random = seededRandom(7);
    const signs = 'abcXYZ019+/=-_%\\"{}:;, \n\u00e4';
    const noise = (length: number) =>
      [...random.bytes(length)].map((byte) => signs[byte % signs.length]).join('');
    for (let round = 0; round < 300; round += 1) {
      const [pick = 0, how = 0, size = 0] = random.bytes(3);
      const index = pick % VALUES.length;
      const [, encode] = ENCODINGS[how % 3] ?? [];
      const encoded = encode?.(VALUES[index] ?? '') ?? '';
      // A percent sign or a backslash right before it would begin an escape.
      const text = `${noise(size)} ${encoded} ${noise(size)}`;
      expect(found(text).map(({ versions }) => versions)).toEqual([[`version-${index}`]]);
    }
  });
});

test('[7.1] versions that have the same value are all named', () => {
  const matcher = createMatcher([
    ...knownValues(['the-same-value-twice']),
    ...knownValues(['another-value-here', 'the-same-value-twice'], fingerprintKeyOf(Buffer.alloc(32, 9))),
  ]);
  const [span] = matcher.find(Buffer.from('is the-same-value-twice'));
  expect(span?.known.map(({ versionId }) => versionId)).toEqual(['version-0', 'version-1']);
});

test('[7.1] a value of less than eight bytes is looked for in no text, and known where it is all there is', () => {
  const matcher = createMatcher(knownValues(['hunter2']));
  expect(matcher.find(Buffer.from('hunter2 hunter2'))).toEqual([]);
  expect(matcher.whose(Buffer.from('hunter2')).map(({ versionId }) => versionId)).toEqual(['version-0']);
  expect(matcher.whose(Buffer.from('hunter3'))).toEqual([]);
});

test('nothing known is nothing found', () => {
  expect(createMatcher([]).find(Buffer.from('anything at all, however long it is'))).toEqual([]);
});
