import { checkHealth } from '../../functions/check-health/handler.ts';
import type { Finding } from '../../shared/driver/finding.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { surroundings, withFace } from '../with-face.ts';

/** Looks at everything that an incident needs, rotates nothing. */
export async function doctor(context: Context): Promise<ExitCode> {
  const around = await surroundings(context);
  // Keys that others can read are not used: until they are out of the way nothing else can be looked at.
  const findings = around.every(({ ok }) => ok) ? [...(await findingsIn(context)), ...around] : around;
  if (context.json) context.print(JSON.stringify(findings));
  else {
    for (const { what, ok, detail, next } of findings) {
      context.print(`${ok ? 'ok  ' : 'BAD '} ${what}: ${detail}`);
      if (next !== undefined) context.print(`     Next: ${next}`);
    }
  }
  return findings.every(({ ok }) => ok) ? EXIT.done : EXIT.failed;
}

async function findingsIn(context: Context): Promise<Finding[]> {
  return withFace(context, async (face) => (await face.call(checkHealth, {})).findings);
}
