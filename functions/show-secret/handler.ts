import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import { suggestNearest } from '../../shared/domain/nearest.ts';
import type { SecretRecord } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import type { VersionRecord } from '../../shared/domain/version.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** Answers one secret and every version of it that was ever issued. No value. */
export const showSecret = defineFunction({
  name: 'ShowSecret',
  needs: ['registry'],
  input: { ref: z.string() },
  output: { secret: z.custom<SecretRecord>(), versions: z.array(z.custom<VersionRecord>()) },
  async run({ ref }, { registry }, context) {
    callerOf(context);
    const [secret] = await registry.secrets([ref as SecretRef]);
    if (secret !== undefined) return { secret, versions: await registry.versions({ refs: [secret.ref] }) };
    const refs = (await registry.enrolment()).secrets.map((candidate) => candidate.ref);
    const nearest = suggestNearest(ref, refs);
    throw new RekeyError({
      code: 'secret-unknown',
      family: 'NotFound',
      message: `${ref} is not enrolled${nearest === null ? '' : ` (did you mean ${nearest}?)`}`,
      next: ['rekey status'],
    });
  },
});
