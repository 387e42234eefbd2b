import { describe, expect, test } from 'vitest';
import { RekeyError } from '../../../../shared/domain/errors.ts';
import type { Plan } from '../../../../shared/domain/incident.ts';
import type { SecretRef } from '../../../../shared/domain/secret-ref.ts';
import type { SlackText } from '../../../../shared/domain/slack/blocks.ts';
import type { IncidentView } from '../../../../shared/driver/incident-view.ts';
import { sayIncident } from '../../../../shared/driver/slack/say/incident.ts';
import { sayProposal } from '../../../../shared/driver/slack/say/proposal.ts';
import { sayRefusal } from '../../../../shared/driver/slack/say/refusal.ts';
import {
  type RequestShown,
  sayDecided,
  sayRequest,
  sayRequested,
} from '../../../../shared/driver/slack/say/request.ts';
import { sayStatus } from '../../../../shared/driver/slack/say/status.ts';
import { sayProposed, sayStarted, sayUnopened } from '../../../../shared/driver/slack/say/told.ts';
import { AT_MS } from '../../../contracts/records.ts';

/** Calls everybody, links elsewhere, ends its code span, begins lines of its own. */
const HOSTILE = '<!channel> <@U0ADA> <https://evil.example|here> `*approved by ada*`\n> & \u202E';

const PLAN: Plan = {
  v: 1,
  scope: { className: HOSTILE, tenant: HOSTILE, target: HOSTILE, secretRef: HOSTILE },
  cause: 'unknown',
  fence: true,
  cut: true,
  fromEpoch: 1,
  sinceMs: AT_MS,
  principal: HOSTILE,
  secrets: [{ ref: HOSTILE as SecretRef, target: HOSTILE }],
  consumers: [HOSTILE],
  exposedAdmins: [
    { target: HOSTILE, admin: HOSTILE },
    { target: HOSTILE, admin: HOSTILE, through: HOSTILE },
  ],
};

const VIEW: IncidentView = {
  incident: HOSTILE,
  state: 'awaiting-reopen',
  cause: 'unknown',
  scope: PLAN.scope,
  fence: true,
  cut: true,
  epoch: 2,
  planHash: HOSTILE,
  startedBy: HOSTILE,
  confirmedAtMs: AT_MS,
  elapsedMs: 1,
  secrets: 2,
  provenRevoked: 1,
  unproven: 1,
  containMs: 1_000,
  cutMs: null,
  reissueMs: 2_000,
  proveMs: null,
  reopenMs: 3_000,
  layers: [],
  targets: [
    {
      target: HOSTILE,
      total: 2,
      reissued: 1,
      proven: 1,
      parked: [{ code: HOSTILE, count: 1, firstRefs: [HOSTILE] }],
      aside: HOSTILE,
    },
  ],
  unconfirmed: [{ consumer: HOSTILE, owner: HOSTILE, count: 1 }],
  brake: { perSecond: 0, by: HOSTILE, sinceMs: AT_MS },
  packets: 0,
  signedBy: [HOSTILE],
  signaturesNeeded: 2,
  packet: null,
  execution: { name: HOSTILE, standing: { status: 'failed', error: HOSTILE, cause: HOSTILE } },
};

const REQUEST: RequestShown = {
  request: HOSTILE,
  state: 'pending',
  scope: { className: HOSTILE, secretRefs: [HOSTILE as SecretRef, HOSTILE as SecretRef] },
  planHash: HOSTILE,
  secrets: 2,
  reason: HOSTILE,
  requester: { person: HOSTILE },
  requestedAtMs: AT_MS,
  expiresAtMs: AT_MS,
  notBeforeMs: AT_MS,
  policy: { approvers: 1, groups: [HOSTILE], requestersTeam: false },
  decisions: [{ person: HOSTILE, way: HOSTILE, decision: 'deny', atMs: AT_MS }],
  missing: 1,
  differences: { count: 2, first: [{ text: HOSTILE }] },
  report: { settled: 1, promoted: 1, left: 0, parked: 0 },
};

const PROPOSAL = {
  plan: PLAN,
  planHash: HOSTILE,
  by: HOSTILE,
  proposedAtMs: AT_MS,
  untilMs: AT_MS,
  over: false,
  starters: [HOSTILE],
};

const REFUSAL = new RekeyError({
  code: 'x',
  family: 'Validation',
  message: HOSTILE,
  safe: HOSTILE,
  next: [HOSTILE],
});

const EVERYTHING: readonly (readonly [string, SlackText])[] = [
  [
    'a status',
    sayStatus({
      classes: [{ name: HOSTILE, fenced: true, secrets: 1, withoutValue: 1, parked: 1, brake: {} }],
      incidents: [{ id: HOSTILE, state: HOSTILE }],
      breakers: [{ target: HOSTILE, reason: HOSTILE, openUntilMs: AT_MS }],
    }),
  ],
  ['an incident', sayIncident(VIEW)],
  ['a proposal', sayProposal(PROPOSAL)],
  ['a proposal that is over', sayProposal({ ...PROPOSAL, over: true, starters: [] })],
  ['a request', sayRequest(REQUEST)],
  ['an approved request', sayRequest({ ...REQUEST, state: 'approved' })],
  ['a decision', sayDecided(REQUEST, 'approve')],
  ['what was requested', sayRequested(REQUEST)],
  ['what was proposed', sayProposed({ plan: PLAN, planHash: HOSTILE, starters: [HOSTILE] })],
  ['what was started', sayStarted(HOSTILE)],
  ['what was not opened', sayUnopened(HOSTILE, { error: HOSTILE })],
  ['a refusal', sayRefusal(REFUSAL)],
];

/** Every text that Slack reads as markup, and every one that it does not. */
function textsIn(
  said: unknown,
  markup: string[] = [],
  plain: string[] = [],
): { markup: string[]; plain: string[] } {
  if (Array.isArray(said)) for (const part of said) textsIn(part, markup, plain);
  else if (typeof said === 'object' && said !== null) {
    const { type, text } = said as { type?: unknown; text?: unknown };
    if (typeof text === 'string') (type === 'plain_text' ? plain : markup).push(text);
    for (const part of Object.values(said)) textsIn(part, markup, plain);
  }
  return { markup, plain };
}

describe.each(EVERYTHING)('[4.4] %s with hostile words in it', (_what, said) => {
  const { markup, plain } = textsIn(JSON.parse(JSON.stringify(said)));

  test('calls nobody, links nowhere and begins no line of theirs', () => {
    expect(markup.length).toBeGreaterThan(1);
    for (const text of markup) {
      // Moments are markup of our own.
      const rest = text.replaceAll(/<!date\^\d+\^\{date_short_pretty\}, \{time_secs\}\|[0-9TZ:-]+>/g, '');
      expect(rest).not.toMatch(/[<>]/);
      expect(rest).not.toMatch(/&(?!amp;|lt;|gt;)/);
      // What is outside of code spans is ours.
      const ours = rest.replaceAll(/`[^`\n]*`/g, '');
      expect(ours).not.toContain('`');
      expect(ours).not.toContain('approved by ada');
      expect(ours).not.toMatch(/channel|U0ADA|evil/);
      expect(text).not.toContain('\u202E');
    }
  });

  test('says them all the same, within what Slack takes', () => {
    expect(markup.join()).toContain('&lt;!channel&gt;');
    for (const text of markup) expect(text.length).toBeLessThanOrEqual(3_000);
    for (const text of plain) expect(text).not.toMatch(/[<>&`*\n]/);
  });
});

test('[5.5] the same incident is said in the same words, whenever it is looked at', () => {
  expect(sayIncident({ ...VIEW, elapsedMs: 99_999 })).toEqual(sayIncident(VIEW));
});
