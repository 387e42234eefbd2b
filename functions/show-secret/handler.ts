import * as z from 'zod';
import type { SecretRecord } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { secretUnknown } from '../../shared/domain/secret-unknown.ts';
import type { VersionRecord } from '../../shared/domain/version.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Answers one secret and every version of it that was ever issued. No value, and nothing that takes one away at its issuer. */
export const showSecret = defineFunction({
  name: 'ShowSecret',
  needs: ['registry'],
  input: { ref: z.string() },
  output: { secret: z.custom<SecretRecord>(), versions: z.array(z.custom<VersionRecord>()) },
  async run({ ref }, { registry }, context) {
    callerOf(context);
    const [secret] = await registry.secrets([ref as SecretRef]);
    if (secret !== undefined) {
      const versions = await registry.versions({ refs: [secret.ref] });
      // Whoever has the value could open it.
      return { secret, versions: versions.map(({ receipt: _receipt, ...version }) => version) };
    }
    const { secrets } = await registry.enrolment();
    throw secretUnknown(
      ref,
      secrets.map((candidate) => candidate.ref),
    );
  },
});
