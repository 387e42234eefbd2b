import { checkHealth } from '../../functions/check-health/handler.ts';
import { type Context, withFace } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

/** Looks at everything that an incident needs, changes nothing. */
export async function doctor(context: Context): Promise<ExitCode> {
  const findings = await withFace(context, async (face) => [
    ...face.surroundings(),
    ...(await face.call(checkHealth, {})).findings,
  ]);
  if (context.json) context.print(JSON.stringify(findings));
  else
    for (const { what, ok, detail } of findings) context.print(`${ok ? 'ok  ' : 'BAD '} ${what}: ${detail}`);
  return findings.every((finding) => finding.ok) ? EXIT.done : EXIT.failed;
}
