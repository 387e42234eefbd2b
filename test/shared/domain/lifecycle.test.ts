import { describe, expect, test } from 'vitest';
import { nextStep } from '../../../shared/domain/lifecycle.ts';
import type { Rotation, SecretRecord } from '../../../shared/domain/secret.ts';
import { installed } from '../../../shared/domain/transition.ts';
import type { VersionRecord } from '../../../shared/domain/version.ts';
import { AT_MS, aSecret } from '../../contracts/records.ts';

const REF = 'vault://prod/payments/s0';
const NEW = `${REF}#2`;

/** Of a target that holds one credential at a time. */
function rotating(about: Partial<Rotation>, currentVersionId = NEW): SecretRecord {
  return {
    ...aSecret(REF, 'payments', 'orders'),
    currentVersionId,
    rotation: {
      mode: 'routine',
      overlap: false,
      minted: false,
      operation: 'op',
      epoch: 1,
      stage: 'quiet',
      versionId: NEW,
      startedAtMs: AT_MS,
      attempts: 0,
      dueAtMs: AT_MS,
      ...about,
    },
  };
}

describe('[5.1] sessions of the old one are gone', () => {
  test('after the grace what readers have is proven: the proof sees that it is in force', () => {
    expect(nextStep(rotating({ graceUntilMs: AT_MS }), AT_MS)).toEqual({ do: 'revoke' });
  });

  test.each([
    ['in an emergency', rotating({ mode: 'emergency' })],
    ['of what readers have not got', rotating({ graceUntilMs: AT_MS }, `${REF}#1`)],
  ])('%s, the new one is verified first', (_when, secret) => {
    expect(nextStep(secret, AT_MS)).toEqual({ do: 'verify' });
  });
});

test('[5.4] what tells at the target which credential is in force is kept with its version', () => {
  const secret = rotating({ stage: 'pending' }, `${REF}#1`);
  const versions: VersionRecord[] = [
    {
      v: 1,
      id: NEW,
      ref: REF,
      ordinal: 2,
      epoch: 1,
      keyId: 'k',
      fate: 'pending',
      operation: 'op',
      valueHeld: true,
      createdAtMs: AT_MS,
    },
  ];
  const seen = { identity: '16384', mark: 'm', off: false, receipt: 'SCRAM-SHA-256$4096:c2FsdA==' };
  expect(installed({ secret, versions }, seen, AT_MS).versions).toMatchObject([
    { id: NEW, receipt: seen.receipt, installedAtMs: AT_MS },
  ]);
});
