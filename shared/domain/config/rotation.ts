import * as z from 'zod';
import { UNCONFIRMED } from '../confirmation.ts';
import type { RotationPolicy } from '../schedule/rotation-policy.ts';
import type { Share } from '../schedule/share.ts';
import { WEEKDAYS } from '../schedule/window.ts';
import { isZone } from '../schedule/zone.ts';
import { parseDuration } from './duration.ts';
import { Duration } from './written-duration.ts';

const Time = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'is no time of day: 02:00, 23:30, 24:00' });

const PERCENT = /^(100|[1-9]\d?)%$/;
const Percent = z.string().regex(PERCENT, { error: 'is no share: 1% to 100%' });
const Count = z.union([z.int().min(1).max(100_000), Percent], {
  error: 'is no number of secrets: 1 or more, or a share of them, 10%',
});

const Window = z.strictObject({
  days: z
    .array(z.enum(WEEKDAYS))
    .min(1)
    .default([...WEEKDAYS])
    .describe('On which it opens. Left out: every day.'),
  from: Time.describe('On a clock of the zone.'),
  to: Time.describe('At or before from: the next day’s.'),
  zone: z.string().refine(isZone, { error: 'is no IANA time zone: Europe/Berlin, UTC' }),
});

/** `classes.<name>.rotation`, as people write it. */
export const Rotation = z.strictObject({
  every: Duration.describe('How often each secret has its turn; at most maxAge.'),
  windows: z
    .array(Window)
    .default([])
    .describe('When rotations are begun. Left out: at any time; what has begun goes on after one closes.'),
  inFlight: z
    .strictObject({
      class: Count.default('10%').describe('Of the class.'),
      target: Count.optional().describe('Of whatever class at the secret’s target. Left out: no bound.'),
      tenant: Count.optional().describe('Of whatever class of the secret’s tenant. Left out: no bound.'),
    })
    .prefault({})
    .describe('How many secrets may be in flight at once, their grace included; one at least.'),
  grace: Duration.default('1h').describe('How long the previous credential stays valid.'),
  confirm: z
    .strictObject({
      within: Duration.default('30m').describe('How long consumers that have to confirm are waited for.'),
      otherwise: z
        .enum(UNCONFIRMED)
        .default('keep')
        .describe(
          'What then becomes of the previous credential: it stays, it stays and people are told, or it goes.',
        ),
    })
    .prefault({}),
  retries: z
    .int()
    .min(0)
    .max(100)
    .default(3)
    .describe('Tries after a failed one; then a person is waited for.'),
  stopAtErrorRate: Percent.default('20%').describe(
    'Of the class’s last twenty tries: as many failed ones stop it. From the fifth try on.',
  ),
});

/** The policy that was written. */
export function rotationPolicy(written: z.output<typeof Rotation>): RotationPolicy {
  const { every, windows, inFlight, grace, confirm, retries, stopAtErrorRate } = written;
  return {
    everyMs: parseDuration(every) ?? 0,
    windows: windows.map(({ days, from, to, zone }) => ({
      days,
      fromMinute: minuteOf(from),
      toMinute: minuteOf(to),
      zone,
    })),
    inFlight: {
      class: shareWritten(inFlight.class),
      ...(inFlight.target === undefined ? {} : { target: shareWritten(inFlight.target) }),
      ...(inFlight.tenant === undefined ? {} : { tenant: shareWritten(inFlight.tenant) }),
    },
    graceMs: parseDuration(grace) ?? 0,
    confirm: { withinMs: parseDuration(confirm.within) ?? 0, otherwise: confirm.otherwise },
    retries,
    stopAtErrorRate: Number.parseInt(stopAtErrorRate, 10),
  };
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function shareWritten(count: number | string): Share {
  return typeof count === 'number' ? { count } : { percent: Number.parseInt(count, 10) };
}
