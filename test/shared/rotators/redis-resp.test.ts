import { expect, test } from 'vitest';
import { decode, encode, Refusal } from '../../../shared/rotators/redis/resp.ts';

const EVERY =
  '*6\r\n+OK\r\n:42\r\n$-1\r\n$7\r\na\r\nb \u00fc\r\n*2\r\n$0\r\n\r\n*-1\r\n-NOPERM User x has no permissions\r\n';

test('an answer is read whole, of whatever it is made, and what follows it is left alone', () => {
  const bytes = Buffer.from(`${EVERY}+next\r\n`);
  const read = decode(bytes, 0);
  expect(read?.reply).toEqual(['OK', 42, null, 'a\r\nb ü', ['', null], expect.any(Refusal)]);
  expect(decode(bytes, read?.next ?? 0)?.reply).toBe('next');
});

test('cut off anywhere, it is not there yet', () => {
  const bytes = Buffer.from(EVERY);
  for (let size = 0; size < bytes.length; size += 1) expect(decode(bytes.subarray(0, size), 0)).toBeNull();
  expect(decode(bytes, 0)?.next).toBe(bytes.length);
});

test('a command’s words go as bytes, whatever they are', () => {
  const words = ['AUTH', 'a"b\'c', '>x #y\r\n*1\r\n', '', 'ü'];
  expect(decode(encode([words, ['PING']]), 0)?.reply).toEqual(words);
});

test('[4.4] of a refusal its first word is kept, or which one it is: never what it quotes', () => {
  const quoting = "ERR unknown command 'ACL', with args beginning with: 'SETUSER' '>canary' ";
  const said = [
    'WRONGPASS invalid username-password pair or user is disabled.',
    quoting,
    'ERR max number of clients reached',
    'ERR Error in ACL SETUSER modifier: canary',
  ].map((text) => new Refusal(text));
  expect(said.map(({ code }) => code)).toEqual(['WRONGPASS', 'UNKNOWN', 'MAXCLIENTS', 'ERR']);
  expect(said.map((refusal) => `${refusal.stack} ${JSON.stringify(refusal)}`).join()).not.toContain('canary');
});

test('what speaks another protocol is no server of Redis', () => {
  expect(() => decode(Buffer.from('HTTP/1.1 400 Bad Request\r\n'), 0)).toThrow('speaks another protocol');
});
