import * as z from 'zod';
import { LEAST_MS, REGIMES, type Regime, type RetentionPolicy } from '../audit/retention.ts';
import { parseDuration } from './duration.ts';
import { unknown } from './unknown-name.ts';
import { Duration } from './written-duration.ts';

const Day = z
  .string()
  .refine((text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)), {
    error: 'is no day: 2031-01-01',
  })
  .meta({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });

/** As the rules count: nobody thinks of six years in weeks. */
const inDays = (ms: number): string => `${Math.floor(ms / 86_400_000)}d`;

const leastText = (regime: Regime): string => {
  const least = LEAST_MS[regime];
  return least === null ? 'It fixes no time of its own.' : `Left out: ${inDays(least)}, which is the least.`;
};

const Keep = z.strictObject({
  gdpr: Duration.optional().describe(leastText('gdpr')),
  hipaa: Duration.optional().describe(leastText('hipaa')),
  'pci-dss': Duration.optional().describe(leastText('pci-dss')),
  'soc-2': Duration.optional().describe(leastText('soc-2')),
});

/** `audit:`, as people write it. */
export const Audit = z.strictObject({
  keep: Keep.prefault({}).describe('How long a class’s audit is kept under each regime.'),
  pseudonyms: z
    .boolean()
    .default(false)
    .describe(
      'Whether people who read stand in the audit by pseudonyms, which `rekey audit forget` makes nobody’s. Of the whole stage: in another class’s entry a name would tell whose the pseudonym beside it is.',
    ),
});

/** `classes.<name>.audit`. */
export const ClassAudit = z.strictObject({
  regimes: z.array(z.enum(REGIMES)).min(1).describe('It is kept for the longest of them.'),
  hold: Day.optional().describe('What is written from now on is kept until this day at least.'),
  readers: z
    .array(z.string().min(1).max(63))
    .min(1)
    .optional()
    .describe(
      'Groups of people: they alone read what the audit says of the class. Left out: whoever reads the audit.',
    ),
});

type Keeping = z.output<typeof Keep>;

/** A regime's time: as it is written, else its own. Null: neither says. */
function timeOf(regime: Regime, keep: Keeping): number | null {
  const written = keep[regime];
  return written === undefined ? LEAST_MS[regime] : parseDuration(written);
}

export function retentionPolicy(
  { regimes, hold }: z.output<typeof ClassAudit>,
  { keep }: z.output<typeof Audit>,
): RetentionPolicy {
  return {
    regimes,
    keepMs: Math.max(...regimes.map((regime) => timeOf(regime, keep) ?? 0)),
    ...(hold === undefined ? {} : { holdUntilMs: Date.parse(hold) }),
  };
}

type Mistake = (path: readonly PropertyKey[], code: string, message: string) => void;

/** What of it cannot be, though each word of it could. What is of another shape is not looked at. */
export function checkAudit(
  written: unknown,
  classes: Readonly<Record<string, { readonly audit: unknown }>>,
  groups: readonly string[],
  mistake: Mistake,
): void {
  const parsed = Audit.safeParse(written ?? {});
  if (!parsed.success) return;
  const { keep } = parsed.data;
  for (const regime of REGIMES) {
    const [time, least] = [timeOf(regime, keep), LEAST_MS[regime]];
    if (time !== null && least !== null && time < least)
      mistake(
        ['audit', 'keep', regime],
        'kept-too-short',
        `${inDays(time)} is less than ${regime} demands: ${inDays(least)}`,
      );
  }
  for (const [name, { audit }] of Object.entries(classes)) {
    const own = ClassAudit.safeParse(audit);
    if (!own.success) continue;
    for (const [index, group] of (own.data.readers ?? []).entries()) {
      if (!groups.includes(group))
        mistake(['classes', name, 'audit', 'readers', index], 'undefined', unknown('group', group, groups));
    }
    for (const [index, regime] of own.data.regimes.entries()) {
      if (timeOf(regime, keep) === null)
        mistake(
          ['classes', name, 'audit', 'regimes', index],
          'time-missing',
          `${regime} fixes no time: audit.keep has to say how long, ${regime}: 400d`,
        );
    }
  }
}
