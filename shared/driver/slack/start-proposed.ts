import { sha256Hex } from '../../domain/canonical.ts';
import { RekeyError } from '../../domain/errors.ts';
import type { Plan } from '../../domain/incident.ts';
import { proposalEndsAt, startersOf } from '../../domain/proposal.ts';
import { planBreakGlass } from '../plan-break-glass.ts';
import type { Needs } from '../services.ts';
import { incidentIdOf, startIncident } from '../start-incident.ts';
import type { SlackPerson } from './slack-person.ts';

/**
 * Leaves: the workflow of a proposed plan asked for, once for each proposal, whoever confirms it and how often: the incident's
 * name comes from the proposal. Throws `Denied` `slack-may-not-start` (written down), `Conflict` `proposal-over` and
 * `plan-moved`, and what the engine throws. An incident that this plan has opened is answered.
 */
export async function startProposed(
  services: Needs<'registry' | 'audit' | 'pseudonyms' | 'plans' | 'workflows' | 'clock'>,
  who: SlackPerson,
  { planHash, proposedAtMs }: { readonly planHash: string; readonly proposedAtMs: number },
): Promise<{ readonly incidentId: string }> {
  const { registry, plans, clock } = services;
  const plan = await plans.load(planHash);
  await refuseWhoMayNot(services, who, plan, planHash);
  const tail = sha256Hex(`${planHash} ${proposedAtMs}`).slice(0, 8);
  const incidentId = incidentIdOf(plan.scope.className, proposedAtMs, tail);
  const incident = await registry.incident(incidentId);
  if (incident !== null) return { incidentId };
  const nowMs = clock.nowMs();
  if (nowMs >= proposalEndsAt(proposedAtMs)) throw over();
  const now = await planBreakGlass(services, {
    scope: plan.scope,
    cause: plan.cause,
    cutNow: plan.cut,
    ...(plan.sinceMs === undefined ? {} : { sinceMs: plan.sinceMs }),
    ...(plan.principal === undefined ? {} : { principal: plan.principal }),
  });
  if ((await plans.save(now)) !== planHash) throw moved();
  await startIncident(services, { incidentId, planHash, startedBy: who.person, confirmedAtMs: nowMs });
  return { incidentId };
}

async function refuseWhoMayNot(
  { registry, clock }: Needs<'registry' | 'clock'>,
  who: SlackPerson,
  plan: Plan,
  planHash: string,
): Promise<void> {
  const { className } = plan.scope;
  const [record, people] = await Promise.all([registry.classNamed(className), registry.people()]);
  const starters = startersOf(record, people);
  if (starters.includes(who.person)) return;
  const nowMs = clock.nowMs();
  await registry.append([
    {
      v: 1,
      id: `${planHash}:incident-open:refused.${who.person}.${nowMs}`,
      atMs: nowMs,
      action: 'incident-open',
      outcome: 'denied',
      actor: { user: who.person },
      source: who.source,
      className,
      cause: plan.cause,
      reason: `policy lets ${starters.join(', ') || 'nobody'} start it from Slack: plan ${planHash}`,
    },
  ]);
  throw new RekeyError({
    code: 'slack-may-not-start',
    family: 'Denied',
    message:
      starters.length === 0
        ? `policy lets nobody start a break-glass of class ${className} from Slack`
        : `policy lets ${starters.join(', ')} start a break-glass of class ${className} from Slack, and not ${who.person}`,
    safe: 'Nothing was started.',
    next: [`rekey break-glass --class ${className} … --plan-hash ${planHash}`],
  });
}

function over(): RekeyError {
  return new RekeyError({
    code: 'proposal-over',
    family: 'Conflict',
    message: 'it was proposed more than an hour ago',
    safe: 'Nothing was started.',
    next: ['/rekey break-glass … once more', 'rekey break-glass …'],
  });
}

function moved(): RekeyError {
  return new RekeyError({
    code: 'plan-moved',
    family: 'Conflict',
    message:
      'the plan is no more what a break-glass would do now: a secret, its version or a consumer changed',
    safe: 'Nothing was started.',
    next: ['/rekey break-glass … once more, for the new plan', 'rekey break-glass …'],
  });
}
