import { expect, test } from 'vitest';
import type { Identity } from '../../../../shared/domain/identity.ts';
import { approversMissing, judgeDecision, withDecision } from '../../../../shared/domain/request/judge.ts';
import { DEFAULT_APPROVAL } from '../../../../shared/domain/request/policy.ts';
import type { Decision, RequestRecord } from '../../../../shared/domain/request/record.ts';
import { AT_MS } from '../../../contracts/records.ts';
import { aPerson, aRequest, byWay } from '../../../support/requests.ts';

const WAYS = ['os', 'ssh', 'iam', 'slack'] as const satisfies Identity['way'][];

/** Noon and three in the morning, in Berlin's winter. */
const NOON_MS = Date.UTC(2026, 10, 24, 11);
const NIGHT_MS = Date.UTC(2026, 10, 25, 2);
const QUIET = { fromMinute: 22 * 60, untilMinute: 6 * 60, timeZone: 'Europe/Berlin' };

interface Said {
  readonly way?: Identity['way'];
  readonly decision?: Decision['decision'];
  readonly planHash?: string;
  readonly nowMs?: number;
  readonly people?: RequestRecord['people'];
}

function judge(request: RequestRecord, name: string, said: Said = {}) {
  const { way = 'ssh', ...rest } = said;
  return judgeDecision(request, {
    decision: 'approve',
    identity: byWay(name, way),
    planHash: request.planHash,
    nowMs: AT_MS + 1,
    people: request.people,
    ...rest,
  });
}

/** What they say one after another; what does not count changes nothing. */
function after(request: RequestRecord, names: readonly string[], said: Said = {}): RequestRecord {
  return names.reduce((before, name) => {
    if (!judge(before, name, said).counts) return before;
    const { way = 'ssh', decision = 'approve', nowMs = AT_MS + 1 } = said;
    return withDecision(before, { person: name, way, decision, atMs: nowMs });
  }, request);
}

test('[5.4] another person’s yes approves a request, and it is approved no second time', () => {
  const approved = after(aRequest(), ['grace']);
  expect(approved.state).toBe('approved');
  expect(judge(approved, 'joan')).toMatchObject({ counts: false, ground: 'request-decided' });
});

test.each(WAYS.flatMap((by) => WAYS.map((way) => ({ by, way }))))(
  '[5.4] who requested by $by approves nothing by $way',
  ({ by, way }) => {
    const request = aRequest({ requester: { person: 'ada', way: by } });
    expect(judge(request, 'ada', { way })).toMatchObject({ counts: false, ground: 'own-request' });
    expect(judge(request, 'grace', { way })).toMatchObject({ counts: true, person: 'grace' });
  },
);

test('[5.4] one person has one voice, by whichever ways', () => {
  const two = { ...DEFAULT_APPROVAL, approvers: 2 };
  const once = after(aRequest({ policy: two }), ['grace'], { way: 'slack' });
  expect(once.state).toBe('pending');
  for (const way of WAYS) {
    expect(judge(once, 'grace', { way })).toMatchObject({ counts: false, ground: 'voiced-already' });
  }
  expect(after(once, ['joan']).state).toBe('approved');
});

test('[5.4] a voice that got into the record twice is still one', () => {
  const two = { ...DEFAULT_APPROVAL, approvers: 2 };
  const yes: Decision = { person: 'grace', way: 'ssh', decision: 'approve', atMs: AT_MS };
  const once = withDecision(aRequest({ policy: two }), yes);
  expect(withDecision(once, { ...yes, way: 'iam' }).state).toBe('pending');
});

test('[5.4] one denial declines it, also after that person’s own yes, and until it begins', () => {
  expect(after(aRequest(), ['grace'], { decision: 'deny' }).state).toBe('declined');
  const approved = after(aRequest(), ['grace']);
  expect(after(approved, ['grace'], { decision: 'deny' }).state).toBe('declined');
  const running: RequestRecord = { ...approved, state: 'running' };
  expect(judge(running, 'grace', { decision: 'deny' })).toMatchObject({ ground: 'request-decided' });
});

test('[5.4] an approval in the last millisecond counts, one in the next does not', () => {
  const request = aRequest();
  expect(judge(request, 'grace', { nowMs: request.expiresAtMs - 1 })).toMatchObject({ counts: true });
  expect(judge(request, 'grace', { nowMs: request.expiresAtMs })).toMatchObject({
    counts: false,
    ground: 'request-expired',
  });
});

test('[5.4] a yes to another plan is none to this one', () => {
  expect(judge(aRequest(), 'grace', { planHash: 'ab' })).toMatchObject({ ground: 'plan-other' });
});

test('[5.4] nobody but members of the policy’s groups decides, by what they are and were', () => {
  const sre = ['sre'];
  const people = [
    aPerson('ada', { groups: sre }),
    aPerson('grace', { groups: ['ops', 'sre'] }),
    aPerson('barbara'),
  ];
  const request = aRequest({ people, policy: { ...DEFAULT_APPROVAL, groups: sre } });
  expect(judge(request, 'grace')).toMatchObject({ counts: true });
  for (const decision of ['approve', 'deny'] as const)
    expect(judge(request, 'barbara', { decision })).toMatchObject({ ground: 'not-in-group' });
  const left = [aPerson('ada'), aPerson('grace'), aPerson('barbara', { groups: sre })];
  expect(judge(request, 'grace', { people: left })).toMatchObject({ ground: 'not-in-group' });
  expect(judge(request, 'barbara', { people: left })).toMatchObject({ ground: 'not-in-group' });
});

test('[5.4] where the policy wants another team, the requester’s own does not decide', () => {
  const people = [
    aPerson('ada', { team: 'payments' }),
    aPerson('grace', { team: 'payments' }),
    aPerson('joan', { team: 'platform' }),
    aPerson('barbara'),
  ];
  const policy = { ...DEFAULT_APPROVAL, requestersTeam: false };
  const request = aRequest({ people, policy });
  expect(judge(request, 'grace')).toMatchObject({ ground: 'requesters-team' });
  expect(judge(request, 'joan')).toMatchObject({ counts: true });
  expect(judge(request, 'barbara')).toMatchObject({ counts: true });
  expect(judge(aRequest({ people }), 'grace')).toMatchObject({ counts: true });
});

test('[5.4] who is not among people decides nothing: an agent, one who left, one who came after the request', () => {
  const request = aRequest();
  for (const way of WAYS)
    expect(judge(request, 'agent-7', { way })).toMatchObject({ ground: 'person-unknown' });
  const without = request.people.filter(({ name }) => name !== 'grace');
  expect(judge(request, 'grace', { people: without })).toMatchObject({ ground: 'person-left' });
  const later = [...request.people, aPerson('mallory')];
  expect(judge(request, 'mallory', { people: later })).toMatchObject({ ground: 'person-later' });
});

test('[5.4] a key that was given to somebody else meanwhile speaks for neither', () => {
  const request = aRequest();
  const [key = ''] = aPerson('grace').sshKeys;
  const moved = request.people.map((person) =>
    person.name === 'grace'
      ? { ...person, sshKeys: [] }
      : person.name === 'joan'
        ? { ...person, sshKeys: [key] }
        : person,
  );
  expect(judge(request, 'grace', { people: moved })).toMatchObject({ ground: 'person-left' });
});

test('[5.4] in quiet hours two more approve, and those of the night count in the morning', () => {
  const policy = { ...DEFAULT_APPROVAL, quietHours: QUIET };
  const request = aRequest({ policy, expiresAtMs: NIGHT_MS + 86_400_000 });
  expect(approversMissing(request, NOON_MS)).toBe(1);
  expect(approversMissing(request, NIGHT_MS)).toBe(3);
  const night = after(request, ['grace', 'joan'], { nowMs: NIGHT_MS });
  expect(night.state).toBe('pending');
  expect(judge(night, 'grace', { nowMs: NIGHT_MS + 1 })).toMatchObject({ ground: 'voiced-already' });
  expect(after(night, ['barbara'], { nowMs: NIGHT_MS + 1 }).state).toBe('approved');
  const morningMs = NIGHT_MS + 5 * 3_600_000;
  expect(approversMissing(night, morningMs)).toBe(0);
  expect(after(night, ['grace'], { nowMs: morningMs }).state).toBe('approved');
});

test('[5.4] what runs in quiet hours needs their number, though it is approved at noon', () => {
  const policy = { ...DEFAULT_APPROVAL, quietHours: QUIET };
  const request = aRequest({ policy, notBeforeMs: NIGHT_MS, expiresAtMs: NIGHT_MS + 3_600_000 });
  expect(after(request, ['grace', 'joan'], { nowMs: NOON_MS }).state).toBe('pending');
  expect(after(request, ['grace', 'joan', 'barbara'], { nowMs: NOON_MS }).state).toBe('approved');
});

test.each([
  ['22:00 in winter', Date.UTC(2026, 0, 10, 21), 3],
  ['a minute before', Date.UTC(2026, 0, 10, 20, 59), 1],
  ['22:00 in summer', Date.UTC(2026, 6, 10, 20), 3],
  ['06:00 in summer', Date.UTC(2026, 6, 10, 4), 1],
  ['02:30 of the night that has it twice', Date.UTC(2026, 9, 25, 1, 30), 3],
])('[5.4] quiet hours are those of the place: %s', (_when, atMs, missing) => {
  const request = aRequest({ policy: { ...DEFAULT_APPROVAL, quietHours: QUIET } });
  expect(approversMissing(request, atMs)).toBe(missing);
});
