import { RekeyError } from '../../domain/errors.ts';
import { proposalEndsAt, startersOf } from '../../domain/proposal.ts';
import { isEnded } from '../../domain/request/record.ts';
import type { SlackText } from '../../domain/slack/blocks.ts';
import type { LiveMessage } from '../../ports/live-messages.ts';
import { viewOf } from '../incident-view.ts';
import { requestView } from '../request-view.ts';
import type { Needs } from '../services.ts';
import { sayCase } from './say/case.ts';
import { isOver, sayIncident } from './say/incident.ts';
import { sayProposal } from './say/proposal.ts';
import { sayRequest } from './say/request.ts';

export interface Content {
  readonly text: SlackText;
  /** Nothing more becomes of it by itself. */
  readonly over: boolean;
}

type Showing = Needs<'registry' | 'packets' | 'plans' | 'workflows' | 'cases' | 'clock'>;

/** What a message shows now, from where it is kept; null where there is nothing of it. */
export async function contentOf(services: Showing, live: LiveMessage): Promise<Content | null> {
  const [, kind, name = ''] = /^(\w+):(.*)$/.exec(live.subject) ?? [];
  switch (kind) {
    case 'incident':
      return ofIncident(services, name);
    case 'request':
      return ofRequest(services, name);
    case 'case':
      return ofCase(services, name);
    default:
      return ofProposal(services, name, live.proposed);
  }
}

async function ofIncident(services: Showing, id: string): Promise<Content | null> {
  const incident = await services.registry.incident(id);
  if (incident === null) return null;
  const view = await viewOf(services, incident);
  return { text: sayIncident(view), over: isOver(view) };
}

async function ofRequest({ registry, clock }: Showing, id: string): Promise<Content | null> {
  const request = await registry.request(id);
  if (request === null) return null;
  return { text: sayRequest(requestView(request, clock.nowMs())), over: isEnded(request) };
}

async function ofCase({ cases }: Showing, id: string): Promise<Content | null> {
  const record = await cases.named(id);
  return record === null ? null : { text: sayCase(record), over: record.state === 'closed' };
}

async function ofProposal(
  { registry, plans, clock }: Showing,
  planHash: string,
  proposed: LiveMessage['proposed'],
): Promise<Content | null> {
  if (proposed === undefined) return null;
  const plan = await plans.load(planHash).catch((error: unknown) => {
    // Nothing is shown of one that nobody keeps, or that somebody changed.
    if (error instanceof RekeyError && /^plan-(unknown|edited)$/.test(error.code)) return null;
    throw error;
  });
  if (plan === null) return null;
  const [record, people] = await Promise.all([registry.classNamed(plan.scope.className), registry.people()]);
  const untilMs = proposalEndsAt(proposed.atMs);
  const over = clock.nowMs() >= untilMs;
  const { by, atMs: proposedAtMs } = proposed;
  const shown = { plan, planHash, by, proposedAtMs, untilMs, over, starters: startersOf(record, people) };
  return { text: sayProposal(shown), over };
}
