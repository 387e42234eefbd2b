import { checkHealth } from '../../functions/check-health/handler.ts';
import type { HealthCheck } from '../../shared/domain/health-check.ts';
import type { Context } from '../context.ts';
import { placeOf } from '../direct/place.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { readsWaiting, surroundings, withFace } from '../with-face.ts';

export interface DoctorOptions {
  readonly live?: boolean;
}

/** Looks at everything that an incident needs, rotates nothing. */
export async function doctor(context: Context, options: DoctorOptions = {}): Promise<ExitCode> {
  if (options.live === true) {
    const { lookLive } = await import('../live/look-live.ts');
    const { systemClock } = await import('../../local/system.ts');
    return report(context, await lookLive(placeOf(context.deployment), systemClock));
  }
  const around = await surroundings(context);
  // Keys that others can read are not used: until they are out of the way nothing else can be looked at.
  const checks = around.every(({ ok }) => ok)
    ? [...(await checksIn(context)), ...around, ...(await readsWaiting(context))]
    : around;
  return report(context, checks);
}

function report(context: Context, checks: readonly HealthCheck[]): ExitCode {
  if (context.json) context.print(JSON.stringify(checks));
  else {
    for (const { what, ok, detail, next } of checks) {
      context.print(`${ok ? 'ok  ' : 'BAD '} ${what}: ${detail}`);
      if (next !== undefined) context.print(`     Next: ${next}`);
    }
  }
  return checks.every(({ ok }) => ok) ? EXIT.done : EXIT.failed;
}

async function checksIn(context: Context): Promise<HealthCheck[]> {
  return withFace(context, async (face) => (await face.call(checkHealth, {})).checks);
}
