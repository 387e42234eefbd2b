import * as z from 'zod';
import type { FoundSecret } from './found-secret.ts';

/** A baseline of detect-secrets 1.x: where each secret is, and its SHA-1 instead of it. */
export const DetectSecretsReport = z.looseObject({
  results: z.record(
    z.string(),
    z.array(
      z.looseObject({
        type: z.string(),
        hashed_secret: z.string().regex(/^[0-9a-f]{40}$/),
        line_number: z.number().int().positive().optional(),
      }),
    ),
  ),
  plugins_used: z.array(z.unknown()),
});

export function inDetectSecrets({ results }: z.output<typeof DetectSecretsReport>): FoundSecret[] {
  return Object.entries(results).flatMap(([file, some]) =>
    some.map(({ type, hashed_secret: sha1, line_number: line }) => ({
      scanner: 'detect-secrets',
      rule: type,
      file,
      ...(line === undefined ? {} : { line }),
      around: [],
      sha1,
    })),
  );
}
