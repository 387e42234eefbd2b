import { completeTask, executionOf } from '../../local/engine/executions.ts';
import { ensureEngine } from '../../local/engine/launch.ts';
import { signWithKeyFile } from '../../local/ssh/sign.ts';
import type { State } from '../../local/state.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { IncidentRecord } from '../../shared/domain/incident.ts';
import { SIGNATURE_NAMESPACE } from '../../shared/domain/signature/ssh-signature.ts';
import { type Statement, statementBytes } from '../../shared/domain/signature/statement.ts';
import { changeIncident, incidentEntry, incidentNamed } from '../../shared/driver/change-incident.ts';
import { judgeIncident, SIGNATURE_HOLDS_MS, statementNow } from '../../shared/driver/judge-incident.ts';
import { restoreIncident } from '../../shared/driver/restore-incident.ts';
import { type Context, withState } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { followIncident } from '../progress.ts';
import { reportIncident } from '../report-incident.ts';

interface SignOptions {
  readonly incident: string;
  readonly person: string;
  readonly key: string;
}

export async function reopen(context: Context, options: SignOptions): Promise<ExitCode> {
  return withState(context, async (state) => {
    const before = await incidentNamed(state.services, options.incident);
    if (before.state !== 'awaiting-reopen' || before.reopenToken === undefined) {
      throw new RekeyError({
        code: 'nothing-to-reopen',
        family: 'Conflict',
        message: `${before.id} is ${before.state}: it does not wait to be re-opened`,
        safe: 'Nothing was signed.',
        next: [`rekey incident show ${before.id}`],
      });
    }
    const { incident, enough, counted } = await sign(context, state, before, 'reopen', options);
    if (!enough) return waiting(context, incident, counted);
    completeTask(state.database, before.reopenToken, { again: false });
    ensureEngine(context.home);
    const execution = executionOf(state.database, incident.id) ?? incident.id;
    const watched = await followIncident(context, state, execution, incident.id);
    if (watched !== null) await reportIncident(context, state, watched.incident);
    return watched?.code ?? EXIT.done;
  });
}

export async function restore(context: Context, options: SignOptions): Promise<ExitCode> {
  return withState(context, async (state) => {
    const before = await incidentNamed(state.services, options.incident);
    if (!before.plan.cut) {
      throw new RekeyError({
        code: 'nothing-to-restore',
        family: 'Conflict',
        message: `${before.id} cut nothing`,
        safe: 'Nothing was signed.',
        next: [`rekey incident show ${before.id}`],
      });
    }
    const { incident, enough, counted } = await sign(context, state, before, 'restore', options);
    if (!enough) return waiting(context, incident, counted);
    const { restored, failed } = await restoreIncident(state.services, incident.id, { user: context.user });
    if (context.json) context.print(JSON.stringify({ incident: incident.id, restored, failed }));
    else {
      context.print(`${restored.length} credentials are on again; what was re-issued stays re-issued`);
      for (const { ref, message } of failed) context.print(`  still off: ${ref}: ${message}`);
    }
    return failed.length === 0 ? EXIT.done : EXIT.failed;
  });
}

/** Signs what is there now. The signature counts only for a person applied before the incident, by that person's own key. */
async function sign(
  context: Context,
  state: State,
  before: IncidentRecord,
  purpose: Statement['purpose'],
  { person, key }: SignOptions,
) {
  const { services } = state;
  const nowMs = services.clock.nowMs();
  const statement = await statementNow(services, before, purpose, nowMs + SIGNATURE_HOLDS_MS);
  context.say(
    `${person} signs: ${purpose} ${before.id}, class ${statement.className}, epoch ${statement.epoch}, plan ${statement.planHash.slice(0, 12)}…, fates ${statement.fatesDigest.slice(0, 12)}…`,
  );
  const armored = await signWithKeyFile({
    keyFile: key,
    namespace: SIGNATURE_NAMESPACE,
    message: statementBytes(statement),
  });
  const signature = { person, armored, atMs: nowMs, expiresAtMs: statement.expiresAtMs };
  const judged = await judgeIncident(
    services,
    { ...before, signatures: [...before.signatures.filter((other) => other.person !== person), signature] },
    purpose,
  );
  if (!judged.counted.includes(person)) {
    const refused = judged.refused.find((one) => one.person === person);
    throw new RekeyError({
      code: 'signature-refused',
      family: 'Denied',
      message: `the signature of ${person} does not count: ${refused?.reason ?? 'another person has signed with this key'}`,
      safe: 'Nothing was changed.',
      next: [`rekey incident show ${before.id}`],
    });
  }
  const incident = await changeIncident(services, before.id, (current) => ({
    incident: {
      ...current,
      signatures: [...current.signatures.filter((other) => other.person !== person), signature],
    },
    entries: [
      incidentEntry(current, {
        action: 'sign',
        atMs: nowMs,
        actor: { user: person },
        place: `${purpose}.${person}.${nowMs}`,
        reason: `${purpose}: fates ${statement.fatesDigest}`,
      }),
    ],
  }));
  const { enough, counted } = await judgeIncident(services, incident, purpose);
  return { incident, enough, counted };
}

function waiting(context: Context, incident: IncidentRecord, counted: readonly string[]): ExitCode {
  if (context.json) context.print(JSON.stringify({ incident: incident.id, signed: counted, enough: false }));
  else context.print(`signed by ${counted.join(', ')}; one more person has to`);
  return EXIT.awaitingPeople;
}
