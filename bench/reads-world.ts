import type { SecretRef } from '../shared/domain/secret-ref.ts';

/** Many consumers of few secrets each, as services are. */
export const FLOOD = { principals: 250, secretsEach: 4 } as const;

export const READ_REFS: readonly SecretRef[] = Array.from(
  { length: FLOOD.principals * FLOOD.secretsEach },
  (_, index): SecretRef => `vault://p/s${index}`,
);
export const DECOY_REF: SecretRef = 'vault://p/decoy';
