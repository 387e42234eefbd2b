import * as z from 'zod';
import { decideRotations } from '../../shared/domain/schedule/decide-rotations.ts';
import { forecastWarning } from '../../shared/domain/schedule/forecast-warning.ts';
import type { Freeze } from '../../shared/domain/schedule/freeze.ts';
import type { HeldBack } from '../../shared/domain/schedule/held-back.ts';
import { isInFlight } from '../../shared/domain/schedule/in-flight.ts';
import { type WindowForecast, windowForecast } from '../../shared/domain/schedule/window-forecast.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';

/** A class that rotates by itself, as the next look of the scheduler finds it. */
const ClassSchedule = z.object({
  name: z.string(),
  inFlight: z.number(),
  /** Begun by the next look. */
  begins: z.number(),
  /** Due and not begun: how many for each reason, and the first of them. */
  held: z.array(z.object({ why: z.custom<HeldBack>(), count: z.number(), firstRef: z.string() })),
  /** In words, where a coming window cannot hold its work. */
  warning: z.string().nullable(),
});

/** Answers what rotates by itself in the coming days. Changes nothing. */
export const showSchedule = defineFunction({
  name: 'ShowSchedule',
  needs: ['registry', 'clock'],
  input: { days: z.int().min(1).max(366) },
  output: {
    atMs: z.number(),
    classes: z.array(ClassSchedule),
    /** Of all classes, by their beginning. */
    windows: z.array(z.custom<WindowForecast>()),
    /** That stand: everything's first. */
    freezes: z.array(z.custom<Freeze>()),
  },
  async run({ days }, { registry, clock }, context) {
    callerOf(context);
    const [{ classes, secrets }, freezes, asked] = await Promise.all([
      registry.enrolment(),
      registry.freezes(),
      registry.askedRotations(),
    ]);
    const nowMs = clock.nowMs();
    const { begin, held } = decideRotations({ classes, secrets, freezes, asked, nowMs });
    const begins = new Set(begin);
    const rotating = classes.filter(({ policy }) => policy.rotation !== undefined);
    const forecasts = rotating.map((record) => windowForecast(record, secrets, { nowMs, days }));
    return {
      atMs: nowMs,
      classes: rotating.map(({ name }, index) => {
        const own = secrets.filter(({ className }) => className === name);
        const reasons = Map.groupBy(
          held.filter(({ className }) => className === name),
          ({ why }) => why.because,
        );
        return {
          name,
          inFlight: own.filter(isInFlight).length,
          begins: own.filter(({ ref }) => begins.has(ref)).length,
          held: [...reasons.values()].flatMap(([first, ...others]) =>
            first === undefined ? [] : [{ why: first.why, count: others.length + 1, firstRef: first.ref }],
          ),
          warning: forecastWarning(forecasts[index] ?? []),
        };
      }),
      windows: forecasts.flat().sort((one, other) => one.fromMs - other.fromMs),
      freezes: freezes.filter(({ frozen }) => frozen),
    };
  },
});
