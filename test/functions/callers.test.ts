import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { applyEnrolment } from '../../functions/apply-enrolment/handler.ts';
import { assignCase } from '../../functions/assign-case/handler.ts';
import { cancelRequest } from '../../functions/cancel-request/handler.ts';
import { checkHealth } from '../../functions/check-health/handler.ts';
import { checkValues } from '../../functions/check-values/handler.ts';
import { closeCase } from '../../functions/close-case/handler.ts';
import { compareEnrolment } from '../../functions/compare-enrolment/handler.ts';
import { confirmDelivery } from '../../functions/confirm-delivery/handler.ts';
import { decideRequest } from '../../functions/decide-request/handler.ts';
import { dropDeadLetters } from '../../functions/drop-dead-letters/handler.ts';
import { explainRotation } from '../../functions/explain-rotation/handler.ts';
import { findLateReads } from '../../functions/find-late-reads/handler.ts';
import { forgetPerson } from '../../functions/forget-person/handler.ts';
import { importLeaks } from '../../functions/import-leaks/handler.ts';
import { importReads } from '../../functions/import-reads/handler.ts';
import { liftQuarantine } from '../../functions/lift-quarantine/handler.ts';
import { listCases } from '../../functions/list-cases/handler.ts';
import { listDeadLetters } from '../../functions/list-dead-letters/handler.ts';
import { listIncidents } from '../../functions/list-incidents/handler.ts';
import { listLeaks } from '../../functions/list-leaks/handler.ts';
import { listQuarantines } from '../../functions/list-quarantines/handler.ts';
import { listRequests } from '../../functions/list-requests/handler.ts';
import { nameScope } from '../../functions/name-scope/handler.ts';
import { noteStep } from '../../functions/note-step/handler.ts';
import { planBreakGlass } from '../../functions/plan-break-glass/handler.ts';
import { planForget } from '../../functions/plan-forget/handler.ts';
import { planQuarantine } from '../../functions/plan-quarantine/handler.ts';
import { planRotation } from '../../functions/plan-rotation/handler.ts';
import { prepareSignature } from '../../functions/prepare-signature/handler.ts';
import { putValues } from '../../functions/put-values/handler.ts';
import { quarantinePrincipal } from '../../functions/quarantine-principal/handler.ts';
import { readAudit } from '../../functions/read-audit/handler.ts';
import { readReport } from '../../functions/read-report/handler.ts';
import { readSecret } from '../../functions/read-secret/handler.ts';
import { reconcileReads } from '../../functions/reconcile-reads/handler.ts';
import { recordDirectFence } from '../../functions/record-direct-fence/handler.ts';
import { replayDeadLetters } from '../../functions/replay-dead-letters/handler.ts';
import { requestRotation } from '../../functions/request-rotation/handler.ts';
import { resumeIncident } from '../../functions/resume-incident/handler.ts';
import { rollBack } from '../../functions/roll-back/handler.ts';
import { searchAudit } from '../../functions/search-audit/handler.ts';
import { setBrake } from '../../functions/set-brake/handler.ts';
import { setFreeze } from '../../functions/set-freeze/handler.ts';
import { showCase } from '../../functions/show-case/handler.ts';
import { showDetection } from '../../functions/show-detection/handler.ts';
import { showIncident } from '../../functions/show-incident/handler.ts';
import { showQuarantine } from '../../functions/show-quarantine/handler.ts';
import { showRequest } from '../../functions/show-request/handler.ts';
import { showSchedule } from '../../functions/show-schedule/handler.ts';
import { showSecret } from '../../functions/show-secret/handler.ts';
import { showStatus } from '../../functions/show-status/handler.ts';
import { signAuditHead } from '../../functions/sign-audit-head/handler.ts';
import { startBreakGlass } from '../../functions/start-break-glass/handler.ts';
import { submitSignature } from '../../functions/submit-signature/handler.ts';
import { FUNCTIONS } from '../../local/engine/functions.ts';
import type { RekeyFunction } from '../../shared/driver/define-function.ts';
import { commandServices } from '../support/people.ts';
import { aWorld } from '../support/world.ts';

const REF = 'vault://prod/payments/s0';
const WANTED = { classes: [], targets: [], secrets: [], consumers: [], people: [], pacing: [], slack: [] };

const FENCE = {
  v: 1,
  id: 'direct-20261124T030000Z-0a1b2c3d',
  prefix: 'rekey-prod',
  className: 'payments',
  epoch: 1,
  principal: null,
  user: 'ada',
  atMs: 1,
  layers: [],
  cuts: [],
};

/** Every function that a person or a service calls, with an input that it would take from somebody. */
const CALLED: readonly (readonly [RekeyFunction, object])[] = [
  [applyEnrolment, { wanted: WANTED, remove: true, hash: '' }],
  [assignCase, { caseId: 'case-1', owner: 'ada' }],
  [closeCase, { caseId: 'case-1', reason: 'known' }],
  [dropDeadLetters, { ids: ['x'], reason: 'known' }],
  [forgetPerson, { person: 'ada', planHash: '', reason: 'asked for' }],
  [planForget, { person: 'ada' }],
  [liftQuarantine, { quarantineId: 'qua-1', reason: 'known' }],
  [listCases, { all: false, limit: 10 }],
  [listDeadLetters, { kind: 'unread', limit: 10 }],
  [importLeaks, { found: [] }],
  [listLeaks, {}],
  [listQuarantines, {}],
  [noteStep, { caseId: 'case-1', operation: 'req-1' }],
  [planQuarantine, { principal: 'crawler' }],
  [quarantinePrincipal, { principal: 'crawler', planHash: '', reason: 'reads at night' }],
  [importReads, { format: 'read', records: [] }],
  [replayDeadLetters, {}],
  [showDetection, {}],
  [showCase, { caseId: 'case-1' }],
  [showQuarantine, { quarantineId: 'qua-1' }],
  [reconcileReads, { trail: 'a-trail', sinceMs: 0, newestFileMs: null, records: [] }],
  [cancelRequest, { requestId: 'req-1' }],
  [checkHealth, {}],
  [checkValues, { refs: [REF] }],
  [compareEnrolment, { wanted: WANTED, remove: false }],
  [decideRequest, { requestId: 'req-1', decision: 'approve', planHash: 'ab' }],
  [explainRotation, { ref: REF }],
  [confirmDelivery, { confirmationId: 'inc-1#one', token: 'none' }],
  [findLateReads, { incidentId: 'inc-1' }],
  [listIncidents, {}],
  [listRequests, {}],
  [nameScope, { class: 'payments' }],
  [planBreakGlass, { scope: { className: 'payments' }, cause: 'values-leaked', cutNow: false }],
  [planRotation, { class: 'payments' }],
  [prepareSignature, { incidentId: 'inc-1', purpose: 'reopen' }],
  [putValues, { values: [{ ref: REF, value: 'new' }], replace: true }],
  [readAudit, { afterSeq: 0, limit: 1 }],
  [readSecret, { ref: REF }],
  [recordDirectFence, { fence: FENCE }],
  [requestRotation, { planHash: 'ab', reason: 'quarterly' }],
  [resumeIncident, { incidentId: 'inc-1' }],
  [rollBack, { ref: REF, reason: 'it fails' }],
  [setBrake, { className: 'payments', perSecond: 0 }],
  [setFreeze, { frozen: true, reason: '' }],
  [showIncident, {}],
  [showRequest, { requestId: 'req-1' }],
  [showSchedule, { days: 7 }],
  [showSecret, { ref: REF }],
  [showStatus, {}],
  [readReport, { sinceMs: 0 }],
  [searchAudit, { question: {}, limit: 1 }],
  [signAuditHead, {}],
  [startBreakGlass, { planHash: 'ab', confirmedAtMs: 1 }],
  [submitSignature, { incidentId: 'inc-1', purpose: 'reopen', person: 'ada', armored: '', expiresAtMs: 1 }],
];

test.each(CALLED.map(([called, input]) => ({ name: called.name, called, input })))(
  '[6.2] $name refuses a call that nobody vouches for, and leaves no trace of it',
  async ({ called, input }) => {
    const world = await aWorld();
    const services = commandServices(world);
    const before = await services.audit.chainPending();
    const refusal = {
      family: 'Denied',
      code: 'caller-unknown',
      safe: 'Nothing was read and nothing was changed.',
    };
    const payload = { ...input, v: 1 };
    const untilMs = Number.MAX_SAFE_INTEGER;
    await expect(called.invoke(services, payload, { untilMs })).rejects.toMatchObject(refusal);
    const nobody = { user: '', source: 'local:1' };
    await expect(called.invoke(services, payload, { untilMs, caller: nobody })).rejects.toMatchObject(
      refusal,
    );
    expect(await services.audit.chainPending()).toEqual(before);
  },
);

test('[6.2] every function that no workflow and no front calls, and that nothing wakes, is among those that refuse', () => {
  const BY_THEMSELVES = [
    'archive-audit',
    'chain-audit',
    'judge-reads',
    'keep-spare-keys',
    'publish-audit',
    'reconcile-trail',
    'report-unfinished',
    'scan-logs',
    'sign-checkpoint',
    'tell-people',
    'tell-slack',
  ];
  // EventBridge alone puts into the one; in the other who speaks is the user that Slack signed for: slack-worker.test.ts.
  const BY_A_QUEUE = ['record-reads', 'slack-worker'];
  const BY_FRONTS = ['check-target', 'note-identities', 'restore-class', 'restore-target'];
  const cwd = new URL('../../functions', import.meta.url).pathname;
  const verbs = globSync('*/handler.ts', { cwd }).map((file) => dirname(file));
  const kebab = (name: string) => name.replaceAll(/(?!^)[A-Z]/g, '-$&').toLowerCase();
  const known = [...[...FUNCTIONS.keys()].map(kebab), ...BY_THEMSELVES, ...BY_FRONTS, ...BY_A_QUEUE];
  expect(CALLED.map(([{ name }]) => kebab(name)).sort()).toEqual(
    verbs.filter((verb) => !known.includes(verb)).sort(),
  );
});
