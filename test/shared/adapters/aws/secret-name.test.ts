import { describe, expect, test } from 'vitest';
import { refOfSecretName, secretName } from '../../../../shared/adapters/aws/secrets-manager/secret-name.ts';
import { isSecretRef, type SecretRef } from '../../../../shared/domain/secret-ref.ts';

const REFS: readonly SecretRef[] = [
  'vault://prod/stripe/api_key',
  'vault://a',
  'vault://prod/pay.ments/Ledger-9',
  // As an ARN ends: `secret:name-AbCdEf`.
  'vault://prod/db-abc123',
  'vault://prod/db-ABCDEF',
  `vault://${'x'.repeat(248)}`,
];

describe('the name of a reference’s secret', () => {
  test('[1.2] each reference has its own, and is read back from it', () => {
    for (const ref of REFS) expect(refOfSecretName('rekey-test', secretName('rekey-test', ref))).toBe(ref);
    expect(new Set(REFS.map((ref) => secretName('rekey-test', ref))).size).toBe(REFS.length);
    expect(secretName('rekey-test', 'vault://prod/stripe/api_key')).toBe('rekey-test/prod/stripe/api_key');
  });

  test('[1.2] is one that Secrets Manager takes, and never one that it would take for an ARN', () => {
    for (const ref of REFS) {
      const name = secretName('rekey-test', ref);
      expect(isSecretRef(ref)).toBe(true);
      expect(name).toMatch(/^[A-Za-z0-9/_+=.@-]{1,512}$/);
      expect(name).not.toMatch(/-[A-Za-z0-9]{6}$/);
    }
  });

  test('[1.2] what is not this stage’s is no reference', () => {
    for (const name of [
      'rekey-prod/a',
      'rekey-test',
      'rekey-test/',
      'rekey-test/a=',
      'rekey-test//a',
      'rekey-testa/b',
    ]) {
      expect(refOfSecretName('rekey-test', name)).toBeNull();
    }
  });
});
