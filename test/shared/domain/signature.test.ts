import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sshpk from 'sshpk';
import { expect, onTestFinished, test } from 'vitest';
import { makeSshKey } from '../../../local/ssh/make-key.ts';
import { signWithKeyFile } from '../../../local/ssh/sign.ts';
import type { Signature } from '../../../shared/domain/incident.ts';
import { judgeSignatures } from '../../../shared/domain/signature/judge.ts';
import { isSignedBy, SIGNATURE_NAMESPACE } from '../../../shared/domain/signature/ssh-signature.ts';
import { fatesDigest, type Statement, statementBytes } from '../../../shared/domain/signature/statement.ts';

const NOW = Date.UTC(2026, 10, 24, 3);
const STATEMENT: Statement = {
  v: 1,
  purpose: 'reopen',
  incident: 'inc-1',
  className: 'payments',
  epoch: 2,
  planHash: 'aa',
  fatesDigest: 'bb',
  expiresAtMs: NOW + 1_000,
};

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-ssh-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function signed(
  folder: string,
  name: string,
  statement: Statement = STATEMENT,
  namespace = SIGNATURE_NAMESPACE,
): Promise<Signature> {
  const armored = await signWithKeyFile({
    keyFile: join(folder, `${name}.key`),
    namespace,
    message: statementBytes(statement),
  });
  return { person: name, armored, atMs: NOW, expiresAtMs: statement.expiresAtMs };
}

async function twoPeople() {
  const folder = aFolder();
  const people = ['ada', 'grace'].map((name) => ({
    name,
    user: `${name}-user`,
    sshKeys: [makeSshKey(join(folder, `${name}.key`), name)],
  }));
  const signatures = [await signed(folder, 'ada'), await signed(folder, 'grace')];
  const { expiresAtMs: _expiresAtMs, ...statement } = STATEMENT;
  const judge = (change: Partial<Parameters<typeof judgeSignatures>[0]> = {}) =>
    judgeSignatures({ statement, signatures, people, needed: 2, nowMs: NOW, ...change });
  return { folder, people, signatures, statement, judge };
}

test('a key whose first byte is zero signs too: one in 256 is such', async () => {
  const folder = aFolder();
  const seed = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = sshpk.parsePrivateKey(
    createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
      .export({ format: 'pem', type: 'pkcs8' })
      .toString(),
    'pkcs8',
  );
  writeFileSync(join(folder, 'zero.key'), key.toString('openssh'), { mode: 0o600 });
  const { armored } = await signed(folder, 'zero');
  expect(isSignedBy(key.toPublic().toString('ssh'), armored, statementBytes(STATEMENT))).toBe(true);
});

test('[5.4] two people’s signatures over what is there now are enough', async () => {
  const { judge } = await twoPeople();
  expect(judge()).toMatchObject({ enough: true, counted: ['ada', 'grace'] });
});

test.each([
  ['incident', 'inc-2'],
  ['className', 'other'],
  ['epoch', 3],
  ['planHash', 'ab'],
  ['fatesDigest', 'bc'],
  ['purpose', 'restore'],
])('[5.4] a changed %s voids every signature', async (field, value) => {
  const { judge, statement } = await twoPeople();
  expect(judge({ statement: { ...statement, [field]: value } })).toMatchObject({
    enough: false,
    counted: [],
  });
});

test('[5.4] an expired one, a stranger’s, the compromised principal’s and a second voice do not count', async () => {
  const { judge, people, signatures } = await twoPeople();
  expect(judge({ nowMs: NOW + 1_000 }).enough).toBe(false);
  expect(judge({ people: people.slice(0, 1) })).toMatchObject({
    enough: false,
    refused: [{ person: 'grace', reason: 'not a person applied before the incident' }],
  });
  expect(judge({ compromisedPrincipal: 'ada-user' })).toMatchObject({ enough: false, counted: ['grace'] });
  expect(judge({ signatures: [...signatures.slice(0, 1), ...signatures.slice(0, 1)] })).toMatchObject({
    enough: false,
    counted: ['ada'],
  });
});

test('[5.4] one key listed for two people is one voice', async () => {
  const { judge, people, signatures } = await twoPeople();
  const shared = people.map((person) => ({ ...person, sshKeys: people[0]?.sshKeys ?? [] }));
  const both = signatures.slice(0, 1).flatMap((signature) => [signature, { ...signature, person: 'grace' }]);
  expect(judge({ people: shared, signatures: both })).toMatchObject({ enough: false, counted: ['ada'] });
});

test('a signature made for another purpose does not count here', async () => {
  const { folder, judge } = await twoPeople();
  expect(
    judge({ signatures: [await signed(folder, 'ada', STATEMENT, 'git'), await signed(folder, 'grace')] })
      .counted,
  ).toEqual(['grace']);
});

test.each([
  ['rsa', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['ecdsa p256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['ecdsa p384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
])('%s keys sign and are checked in process', async (_name, make) => {
  const folder = aFolder();
  const pem = make().export({ type: 'pkcs8', format: 'pem' }).toString();
  writeFileSync(join(folder, 'k.key'), pem);
  const line = sshpk.parsePrivateKey(pem, 'pem').toPublic().toString('ssh');
  const { armored } = await signed(folder, 'k');
  expect(isSignedBy(line, armored, statementBytes(STATEMENT))).toBe(true);
  expect(isSignedBy(line, armored, statementBytes({ ...STATEMENT, epoch: 9 }))).toBe(false);
});

test('RSA under 2,048 bits does not count', async () => {
  const folder = aFolder();
  const pem = generateKeyPairSync('rsa', { modulusLength: 1024 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  writeFileSync(join(folder, 'k.key'), pem);
  const line = sshpk.parsePrivateKey(pem, 'pem').toPublic().toString('ssh');
  const { armored } = await signed(folder, 'k');
  expect(isSignedBy(line, armored, statementBytes(STATEMENT))).toBe(false);
});

test('[7.2] what is signed for a restore holds while it is undone, and no longer once anything is re-issued', () => {
  const ref = 'vault://prod/payments/s0' as const;
  const asCut = [{ ref, id: 'v1', fate: 'cut' }] as const;
  const restored = [{ ref, id: 'v1', fate: 'live' }] as const;
  const reissued = [
    { ref, id: 'v1', fate: 'revoked-proven' },
    { ref, id: 'v2', fate: 'live' },
  ] as const;
  expect(fatesDigest(restored, 'restore')).toBe(fatesDigest(asCut, 'restore'));
  expect(fatesDigest(reissued, 'restore')).not.toBe(fatesDigest(asCut, 'restore'));
  expect(fatesDigest(restored, 'reopen')).not.toBe(fatesDigest(asCut, 'reopen'));
});
