import type { Plan } from '../../domain/incident.ts';
import { startersOf } from '../../domain/proposal.ts';
import type { Needs } from '../services.ts';
import type { SlackPerson } from './slack-person.ts';

/** What was proposed, and who may start it from Slack. */
export interface Proposed {
  readonly planHash: string;
  readonly plan: Plan;
  readonly starters: readonly string[];
}

/**
 * Leaves: an entry that somebody proposes this plan; whoever follows the chain shows it. Changes nothing else. `key` is of what
 * he said: the same again is one proposal.
 */
export async function proposeBreakGlass(
  { registry }: Needs<'registry'>,
  who: SlackPerson,
  { plan, planHash }: { readonly plan: Plan; readonly planHash: string },
  said: { readonly key: string; readonly atMs: number },
): Promise<Proposed> {
  const { className } = plan.scope;
  const [record, people] = await Promise.all([registry.classNamed(className), registry.people()]);
  await registry.append([
    {
      v: 1,
      id: `propose-${said.key}`,
      atMs: said.atMs,
      action: 'propose',
      outcome: 'success',
      actor: { user: who.person },
      source: who.source,
      className,
      cause: plan.cause,
      // The plan is what it is known by until an incident carries it out.
      operation: planHash,
      reason: `plan ${planHash}`,
    },
  ]);
  return { plan, planHash, starters: startersOf(record, people) };
}
