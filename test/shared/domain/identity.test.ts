import { expect, test } from 'vitest';
import { personOf } from '../../../shared/domain/identity.ts';
import { aPerson } from '../../support/requests.ts';

const SESSION =
  'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Rekey_0123456789abcdef/ada@example.com';
const byArn = (pattern: string, arn: string) =>
  personOf([aPerson('ada', { iam: [pattern] })], { way: 'iam', id: arn })?.name;

test.each([
  ['written out', SESSION],
  ['with a star for what Identity Center appends', SESSION.replace('0123456789abcdef', '*')],
])('[5.4] a session %s is its person', (_how, pattern) => {
  expect(byArn(pattern, SESSION)).toBe('ada');
});

test.each([
  ['another session', SESSION.replace('ada@', 'mallory@')],
  ['another account', SESSION.replace('111122223333', '444455556666')],
  ['another role', SESSION.replace('Rekey', 'Other')],
  ['a session that has the person’s in its name', `${SESSION}.example.org`],
  ['a role that has the session in its name', SESSION.replace('/ada@example.com', '/x/ada@example.com')],
  ['nothing', ''],
])('[5.4] %s is nobody', (_what, arn) => {
  expect(byArn(SESSION.replace('0123456789abcdef', '*'), arn)).toBeUndefined();
});

test('[5.4] a star for the session stands for nobody', () => {
  expect(byArn(SESSION.replace('ada@example.com', '*'), SESSION)).toBeUndefined();
});

test('[5.4] an IAM user is a person by the ARN, and by no part of it', () => {
  expect(byArn('arn:aws:iam::111122223333:user/ada', 'arn:aws:iam::111122223333:user/ada')).toBe('ada');
  expect(byArn('arn:aws:iam::111122223333:user/*', 'arn:aws:iam::111122223333:user/ada')).toBeUndefined();
});

test('[5.4] an identity that two people have is nobody’s', () => {
  const twice = [aPerson('ada', { slack: 'U1' }), aPerson('grace', { slack: 'U1' })];
  expect(personOf(twice, { way: 'slack', id: 'U1' })).toBeUndefined();
});
