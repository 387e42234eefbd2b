import * as z from 'zod';
import { type FoundSecret, unmasked } from './found-secret.ts';

/** `deepsecrets --outformat json` (to 2.1; from 2.2 it writes SARIF alone). Masked unless it ran with `--disable-masking`. */
export const DeepSecretsReport = z.record(
  z.string(),
  z.array(
    z.looseObject({
      rule: z.string(),
      line: z.string(),
      string: z.string(),
      line_number: z.number().int().positive(),
    }),
  ),
);

export function inDeepSecrets(report: z.output<typeof DeepSecretsReport>): FoundSecret[] {
  return Object.entries(report).flatMap(([file, some]) =>
    some.map(({ rule, line, string, line_number }) => ({
      scanner: 'deepsecrets',
      rule,
      file,
      line: line_number,
      ...unmasked(string, [line]),
    })),
  );
}
