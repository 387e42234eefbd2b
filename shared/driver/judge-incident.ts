import { RekeyError } from '../domain/errors.ts';
import type { IncidentRecord } from '../domain/incident.ts';
import { reopenersNeeded } from '../domain/progress.ts';
import { judgeSignatures } from '../domain/signature/judge.ts';
import { fatesDigest, type Statement } from '../domain/signature/statement.ts';
import type { Needs } from './services.ts';

/** How long what a person signs holds. */
export const SIGNATURE_HOLDS_MS = 24 * 3_600_000;

/** What people sign, as things stand now; `expiresAtMs` is each signer's own. */
export async function statementNow(
  services: Needs<'registry'>,
  incident: IncidentRecord,
  purpose: Statement['purpose'],
  expiresAtMs: number,
): Promise<Statement> {
  const versions = await services.registry.versions({
    refs: incident.plan.secrets.map((secret) => secret.ref),
  });
  return {
    v: 1,
    purpose,
    incident: incident.id,
    className: incident.plan.scope.className,
    epoch: incident.epoch,
    planHash: incident.planHash,
    fatesDigest: fatesDigest(versions, purpose),
    expiresAtMs,
  };
}

/**
 * Whose signatures hold for what is there now, and the digest of the fates they were held against. Checked here by whoever
 * acts on them, whatever was checked when they were made.
 */
export async function judgeIncident(
  services: Needs<'registry' | 'clock'>,
  incident: IncidentRecord,
  purpose: Statement['purpose'],
) {
  const statement = await statementNow(services, incident, purpose, 0);
  const judgement = judgeSignatures({
    statement,
    signatures: incident.signatures,
    people: incident.people,
    ...(incident.plan.principal === undefined ? {} : { compromisedPrincipal: incident.plan.principal }),
    needed: purpose === 'restore' ? 2 : Math.max(2, reopenersNeeded(incident)),
    nowMs: services.clock.nowMs(),
  });
  return { ...judgement, fatesDigest: statement.fatesDigest };
}

export function signaturesMissing(
  incident: IncidentRecord,
  verb: 'reopen' | 'restore',
  have: readonly string[],
): RekeyError {
  return new RekeyError({
    code: 'signatures-missing',
    family: 'Denied',
    message: `${verb} of ${incident.id} needs two people's signatures over what is there now; ${have.length === 0 ? 'nobody has' : `${have.join(', ')} has`} signed`,
    safe: 'Nothing was changed: the fence and the cut stand.',
    next: [`rekey ${verb} ${incident.id} --person NAME --key FILE`],
  });
}
