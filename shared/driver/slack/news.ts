import type { AuditEntry } from '../../domain/audit/entry.ts';
import { message, type SlackText, section } from '../../domain/slack/blocks.ts';
import { type Mrkdwn, mrkdwn } from '../../domain/slack/mrkdwn.ts';
import { momentOf, noticesOf } from '../notices-of.ts';
import type { Needs } from '../services.ts';
import { sayNoticeThere } from './say/notice.ts';
import { caseSubject, incidentSubject, planSubject, requestSubject } from './subject.ts';

/** What an entry is news of: the message that shows it, and what is said in its thread. */
export interface News {
  readonly subject: string;
  readonly replies: readonly SlackText[];
  /** The plan's own message becomes this one. */
  readonly after?: string;
  readonly proposed?: { readonly by: string; readonly atMs: number };
}

/** Null for most: nothing of it is said in Slack. */
export async function newsOf({ registry }: Needs<'registry'>, entry: AuditEntry): Promise<News | null> {
  const { action, operation, outcome, actor, atMs, caseId, reason = '' } = entry;
  if (action === 'quarantine' && caseId !== undefined)
    return {
      subject: caseSubject(caseId),
      replies: [line(mrkdwn`${actor.user} quarantined ${reason}`)],
    };
  if (action === 'case' && caseId !== undefined)
    return {
      subject: caseSubject(caseId),
      replies: outcome === 'success' ? [line(mrkdwn`${reason} (${actor.user})`)] : [],
    };
  if (operation === undefined) return null;
  if (action === 'propose') {
    const proposed = { by: actor.user, atMs };
    return { subject: planSubject(operation), replies: [], proposed };
  }
  const said = OF_REQUESTS[action];
  if (said !== undefined && operation.startsWith('req-'))
    return { subject: requestSubject(operation), replies: repliesOf(entry, said) };
  const moment = momentOf(entry);
  if (moment === null || (moment === 'opened' && outcome !== 'success')) return null;
  const incident = await registry.incident(operation);
  if (incident === null) return null;
  return {
    subject: incidentSubject(operation),
    replies: noticesOf(moment, entry, incident).map(sayNoticeThere),
    ...(moment === 'opened' ? { after: planSubject(incident.planHash) } : {}),
  };
}

/** What becomes of a request, step by step. */
const OF_REQUESTS: Readonly<Partial<Record<AuditEntry['action'], Mrkdwn>>> = {
  request: mrkdwn`requested`,
  approve: mrkdwn`approved`,
  deny: mrkdwn`denied`,
  expire: mrkdwn`expired`,
  cancel: mrkdwn`cancelled`,
  void: mrkdwn`void: the world has moved on`,
  begin: mrkdwn`begun`,
  finish: mrkdwn`gone through`,
};

function repliesOf({ action, outcome, actor, reason = '' }: AuditEntry, said: Mrkdwn): SlackText[] {
  if (outcome === 'success') {
    const by = action === 'approve' || action === 'deny' || action === 'cancel' || action === 'request';
    return [line(by ? mrkdwn`${said} by ${actor.user}` : said)];
  }
  // A second click says nothing new.
  if (/^(voiced-already|request-decided)\b/.test(reason)) return [];
  return [line(mrkdwn`${actor.user}: *does not count* (${reason})`)];
}

function line(text: Mrkdwn): SlackText {
  return message(text, [section([text])]);
}
