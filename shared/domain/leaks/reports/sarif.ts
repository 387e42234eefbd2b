import * as z from 'zod';
import { type FoundSecret, unmasked } from './found-secret.ts';

const Region = z.looseObject({
  startLine: z.number().int().positive().optional(),
  snippet: z.looseObject({ text: z.string().optional() }).optional(),
});

/** SARIF 2.1.0 (OASIS), as far as a leak needs it: §3.27 results, §3.29 physical locations, §3.30 regions. */
export const SarifReport = z.looseObject({
  version: z.literal('2.1.0'),
  runs: z.array(
    z.looseObject({
      tool: z.looseObject({
        driver: z.looseObject({
          name: z.string(),
          rules: z.array(z.looseObject({ id: z.string() })).optional(),
        }),
      }),
      // Null: nothing was scanned.
      results: z
        .array(
          z.looseObject({
            ruleId: z.string().optional(),
            ruleIndex: z.number().int().optional(),
            rule: z.looseObject({ id: z.string().optional(), index: z.number().int().optional() }).optional(),
            locations: z
              .array(
                z.looseObject({
                  physicalLocation: z
                    .looseObject({
                      artifactLocation: z.looseObject({ uri: z.string().optional() }).optional(),
                      region: Region.optional(),
                      contextRegion: Region.optional(),
                    })
                    .optional(),
                }),
              )
              .optional(),
          }),
        )
        .nullish(),
    }),
  ),
});

type Run = z.output<typeof SarifReport>['runs'][number];
type Result = NonNullable<Run['results']>[number];

export function inSarif({ runs }: z.output<typeof SarifReport>): FoundSecret[] {
  return runs.flatMap((run) =>
    (run.results ?? []).flatMap((result) => {
      const places = (result.locations ?? []).map(({ physicalLocation }) => physicalLocation ?? {});
      return (places.length === 0 ? [{}] : places).map((place): FoundSecret => {
        const { artifactLocation, region, contextRegion } = place;
        const line = region?.startLine ?? contextRegion?.startLine;
        return {
          scanner: run.tool.driver.name.toLowerCase(),
          rule: ruleOf(run, result),
          file: pathOf(artifactLocation?.uri ?? ''),
          ...(line === undefined ? {} : { line }),
          ...unmasked(region?.snippet?.text, [contextRegion?.snippet?.text]),
        };
      });
    }),
  );
}

function ruleOf({ tool }: Run, { ruleId, rule, ruleIndex }: Result): string {
  return ruleId ?? rule?.id ?? tool.driver.rules?.[rule?.index ?? ruleIndex ?? -1]?.id ?? 'unnamed';
}

/** A URI reference; one that cannot be decoded is taken as it stands. */
function pathOf(uri: string): string {
  try {
    return decodeURIComponent(uri.replace(/^file:\/\//, ''));
  } catch {
    return uri;
  }
}
