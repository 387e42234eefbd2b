import { prepareSignature } from '../../functions/prepare-signature/handler.ts';
import { submitSignature } from '../../functions/submit-signature/handler.ts';
import { signWithKeyFile } from '../../local/ssh/sign.ts';
import { SIGNATURE_NAMESPACE } from '../../shared/domain/signature/ssh-signature.ts';
import { type Statement, statementBytes } from '../../shared/domain/signature/statement.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Face } from '../face.ts';
import { followIncident } from '../progress.ts';
import { reportIncident } from '../report-incident.ts';
import { withFace } from '../with-face.ts';

interface SignOptions {
  readonly incident: string;
  readonly person: string;
  readonly key: string;
}

export async function reopen(context: Context, options: SignOptions): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { enough, counted } = await sign(context, face, 'reopen', options);
    if (!enough) return waiting(context, options.incident, counted);
    const watched = await followIncident(face, options.incident);
    if (watched !== null) reportIncident(context, watched.view);
    return watched?.code ?? EXIT.done;
  });
}

export async function restore(context: Context, options: SignOptions): Promise<ExitCode> {
  return withFace(context, async (face) => {
    const { enough, counted, restored, failed } = await sign(context, face, 'restore', options);
    if (!enough) return waiting(context, options.incident, counted);
    if (context.json) context.print(JSON.stringify({ incident: options.incident, restored, failed }));
    else {
      context.print(`${restored.length} credentials are on again; what was re-issued stays re-issued`);
      for (const { ref, message } of failed) context.print(`  still off: ${ref}: ${message}`);
    }
    return failed.length === 0 ? EXIT.done : EXIT.failed;
  });
}

/** Signs what is there now, on this machine: the key goes nowhere. */
async function sign(
  context: Context,
  face: Face,
  purpose: Statement['purpose'],
  { incident, person, key }: SignOptions,
) {
  const { statement } = await face.call(prepareSignature, { incidentId: incident, purpose });
  context.say(
    `${person} signs: ${purpose} ${incident}, class ${statement.className}, epoch ${statement.epoch}, plan ${statement.planHash.slice(0, 12)}…, fates ${statement.fatesDigest.slice(0, 12)}…`,
  );
  const armored = await signWithKeyFile({
    keyFile: key,
    namespace: SIGNATURE_NAMESPACE,
    message: statementBytes(statement),
  });
  return face.call(submitSignature, {
    incidentId: incident,
    purpose,
    person,
    armored,
    expiresAtMs: statement.expiresAtMs,
  });
}

function waiting(context: Context, incident: string, counted: readonly string[]): ExitCode {
  if (context.json) context.print(JSON.stringify({ incident, signed: counted, enough: false }));
  else context.print(`signed by ${counted.join(', ')}; one more person has to`);
  return EXIT.awaitingPeople;
}
