import { describe, expect, test } from 'vitest';
import { nextStep } from '../../../shared/domain/lifecycle.ts';
import type { Rotation, SecretRecord } from '../../../shared/domain/secret.ts';
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
