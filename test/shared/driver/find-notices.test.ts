import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../shared/domain/audit/entry.ts';
import type { ClassPolicy } from '../../../shared/domain/class.ts';
import { NOTICE_KINDS } from '../../../shared/domain/notice.ts';
import type { NoticeMeans, NotifyRule } from '../../../shared/domain/notify.ts';
import type { RequestRecord } from '../../../shared/domain/request/record.ts';
import { findNotices } from '../../../shared/driver/find-notices.ts';
import { AT_MS, aClass, anEntry, anIncident, aPlan } from '../../contracts/records.ts';
import { FrozenClock } from '../../support/clock.ts';
import { aRequest } from '../../support/requests.ts';
import { aState } from '../../support/state.ts';

const PAGER = {
  by: 'webhook',
  url: 'https://pager.example/rekey',
  signingKeyRef: 'vault://hooks/pager',
} as const;
const ALL: readonly NotifyRule[] = [{ events: NOTICE_KINDS, to: { by: 'email' } }];
const REF = 'vault://p/one';

interface Stage {
  /** Null: the policy says nothing of it. */
  readonly notify?: readonly NotifyRule[] | null;
  readonly policy?: Partial<ClassPolicy>;
  readonly request?: Partial<RequestRecord>;
  readonly means?: readonly NoticeMeans[];
}

/** One class with its policy, and a request and an incident of it. */
async function aStage({ notify = ALL, policy = {}, request = {}, means = ['email'] }: Stage = {}) {
  const clock = new FrozenClock(AT_MS);
  const { services } = aState({ clock });
  const { registry } = services;
  const record = aClass('payments');
  const rules = notify === null ? {} : { notify };
  await registry.applyEnrolment([
    {
      put: { classes: [{ ...record, policy: { ...record.policy, ...rules, ...policy } }] },
      remove: {},
      entries: [],
    },
  ]);
  const incident = anIncident(aPlan('payments'), { id: 'inc-1' });
  await registry.openIncident(incident, []);
  await registry.openRequest(aRequest({ id: 'req-1', scope: { className: 'payments' }, ...request }), []);
  const notices = { means, tell: async () => ({ state: 'told' }) as const };
  return {
    clock,
    find: (about: Partial<AuditEntry>) =>
      findNotices({ ...services, notices }, anEntry({ atMs: clock.ms, className: 'payments', ...about })),
  };
}

const wordsOf = async (stage: Stage, about: Partial<AuditEntry>) =>
  (await (await aStage(stage)).find(about)).map(({ notice }) => notice.words);

test('[5.5] who is told follows from the class’s policy, event by event', async () => {
  const notify: NotifyRule[] = [
    { events: ['incident-opened'], to: { by: 'email' } },
    { events: ['incident-opened', 'over-age'], to: PAGER },
  ];
  const { find } = await aStage({ notify });
  const opened = await find({ action: 'incident-open', operation: 'inc-1' });
  expect(opened.map(({ to, notice }) => [to, notice.kind])).toEqual([
    [{ by: 'email' }, 'incident-opened'],
    [PAGER, 'incident-opened'],
  ]);
  expect(new Set(opened.map(({ id }) => id)).size).toBe(2);
  const tooOld = await find({ action: 'over-age', outcome: 'error', reason: '3 of 9' });
  expect(tooOld.map(({ to }) => to)).toEqual([PAGER]);
  expect(await find({ action: 'stop', outcome: 'error', reason: '6 of its last 20 failed' })).toEqual([]);
});

test('[5.5] what says nothing of it is told by e-mail where there is any, and what says nobody to nobody', async () => {
  const about = { action: 'incident-open', operation: 'inc-1' } as const;
  const say = async (stage: Stage) => (await (await aStage(stage)).find(about)).map(({ to }) => to);
  const silent: Stage = { notify: null };
  expect(await say(silent)).toEqual([{ by: 'email' }]);
  expect(await say({ ...silent, means: ['webhook'] })).toEqual([]);
  expect(await say({ notify: [] })).toEqual([]);
});

test('[5.5] found again, it is the same notice', async () => {
  const { find } = await aStage();
  const about = { id: 'entry-1', action: 'incident-open', operation: 'inc-1' } as const;
  expect(await find(about)).toEqual(await find(about));
});

test('[5.5] nobody is woken for what is a day old', async () => {
  const { clock, find } = await aStage();
  const about = { action: 'incident-open', operation: 'inc-1' } as const;
  expect(await find({ ...about, atMs: clock.ms - 86_400_000 })).toHaveLength(1);
  expect(await find({ ...about, atMs: clock.ms - 86_400_001 })).toEqual([]);
});

const STEP = { ref: REF, target: 'db1', operation: 'rot-1', outcome: 'error' } as const;

test.each([
  ['that waits for a person', { ...STEP, action: 'verify', reason: 'account-missing: there is no role one' }],
  ['that went back to the value before', { ...STEP, action: 'settle', reason: 'new-refused: 28P01' }],
  ['whose target is dead', { ...STEP, action: 'park', reason: 'target-unavailable: no answer' }],
] as const)('[5.5] a rotation %s is told, with how to see why', async (_name, about) => {
  const [delivery, ...more] = await (await aStage()).find(about);
  expect(more).toEqual([]);
  expect(delivery?.notice).toMatchObject({
    kind: 'rotation-parked',
    incident: 'rot-1',
    words: `The rotation of ${REF} is set aside, perhaps others beside it. ${about.reason}.`,
    next: [`rekey schedule --explain ${REF}`, 'rekey status'],
  });
});

test('[5.5] one cause at one target is told once a day, however many secrets it befalls', async () => {
  const { clock, find } = await aStage();
  const about = { ...STEP, action: 'park', reason: 'target-unavailable: no answer' } as const;
  const idOf = async (more: Partial<AuditEntry>) => (await find({ ...about, ...more }))[0]?.id;
  const first = await idOf({});
  expect(await idOf({ ref: 'vault://p/two', operation: 'rot-2' })).toBe(first);
  expect(await idOf({ target: 'db2' })).not.toBe(first);
  expect(await idOf({ reason: 'admin-refused: 28P01' })).not.toBe(first);
  clock.ms += 86_400_000;
  expect(await idOf({})).not.toBe(first);
});

test.each([
  ['a step that is tried again', { ...STEP, action: 'verify', reason: 'new-refused: 28P01' }],
  ['a step that went well', { ...STEP, action: 'settle', outcome: 'success' }],
  ['what an incident set aside', { ...STEP, action: 'park', operation: 'inc-1', reason: 'account-missing' }],
] as const)('[5.5] %s is not told', async (_name, about) => {
  expect(await (await aStage()).find(about)).toEqual([]);
});

test('[5.5] a class that stopped itself, and one with values that are too old, are told', async () => {
  expect(
    await wordsOf({}, { action: 'stop', outcome: 'error', reason: '6 of its last 20 rotations failed' }),
  ).toEqual(['Class payments has stopped rotating by itself: 6 of its last 20 rotations failed.']);
  expect(await wordsOf({}, { action: 'over-age', outcome: 'error', reason: '3 of 9' })).toEqual([
    'Class payments holds values older than its maximum age: 3 of 9.',
  ]);
});

test.each([
  ['escalate', 1],
  ['keep', 0],
  ['go-on', 0],
] as const)(
  '[5.5] a consumer that never confirms is told of where the policy says %s: %i',
  async (otherwise, count) => {
    const confirm = { withinMs: 60_000, otherwise };
    const rotation = { everyMs: 1, windows: [], inFlight: {}, graceMs: 1, confirm, retries: 1 };
    const about = {
      ...STEP,
      action: 'confirm',
      reason: 'unconfirmed: not confirmed by checkout within 1m',
    } as const;
    const words = await wordsOf({ policy: { rotation } }, about);
    expect(words).toHaveLength(count);
    for (const said of words) expect(said).toContain('not confirmed by checkout within 1m');
  },
);

const ASKED = { operation: 'req-1', actor: { user: 'ada' } } as const;

test('[5.5] a request is told while it waits for people, with what they can do', async () => {
  const { find } = await aStage({ request: { secrets: 4, reason: 'year end' } });
  const [delivery] = await find({ ...ASKED, action: 'request' });
  expect(delivery?.notice).toMatchObject({
    kind: 'request-opened',
    words: expect.stringMatching(/asks to rotate 4 secrets of class payments: year end\.$/),
    next: ['rekey request show req-1', 'rekey approve req-1', 'rekey deny req-1'],
  });
  expect(await find({ ...ASKED, action: 'request', outcome: 'denied' })).toEqual([]);
  const decided = await aStage({ request: { state: 'declined' } });
  expect(await decided.find({ ...ASKED, action: 'request' })).toEqual([]);
});

test.each([
  ['approve', 'approved', /is approved by grace\.$/],
  ['deny', 'declined', /is declined by ada\.$/],
  ['expire', 'expired', /was decided by nobody in time\.$/],
  ['cancel', 'cancelled', /was cancelled\.$/],
  ['void', 'voided', /is void, as what was approved is no more what would happen\.$/],
] as const)('[5.5] what became of it is told: %s', async (action, state, words) => {
  const decisions = [{ person: 'grace', way: 'ssh', decision: 'approve', atMs: AT_MS }] as const;
  const [told, ...more] = await wordsOf({ request: { state, decisions } }, { ...ASKED, action });
  expect(told).toMatch(words);
  expect(more).toEqual([]);
});

test('[5.5] one of two approvals decides nothing yet, and one that is refused never', async () => {
  const { find } = await aStage();
  expect(await find({ ...ASKED, action: 'approve' })).toEqual([]);
  const decided = await aStage({ request: { state: 'approved' } });
  expect(await decided.find({ ...ASKED, action: 'deny', outcome: 'denied' })).toEqual([]);
});
