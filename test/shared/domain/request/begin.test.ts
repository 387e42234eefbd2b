import { expect, test } from 'vitest';
import { beginRequest, peopleWhoLeft } from '../../../../shared/domain/request/begin.ts';
import type { Difference } from '../../../../shared/domain/request/difference.ts';
import { withDecision } from '../../../../shared/domain/request/judge.ts';
import type { Decision, RequestRecord } from '../../../../shared/domain/request/record.ts';
import { AT_MS } from '../../../contracts/records.ts';
import { aRequest } from '../../../support/requests.ts';

const HOUR_MS = 3_600_000;

const yes: Decision = { person: 'grace', way: 'ssh', decision: 'approve', atMs: AT_MS + 1 };

function approved(about: Partial<RequestRecord> = {}, atMs = AT_MS + 1): RequestRecord {
  return withDecision(aRequest(about), { ...yes, atMs });
}

function begin(request: RequestRecord, nowMs = AT_MS + 2, differences: readonly Difference[] = []) {
  return beginRequest(request, { execution: request.id, differences, nowMs });
}

test('[5.4] an approval is used once: what has begun or ended begins no second time', () => {
  const running = begin(approved());
  expect(running).toMatchObject({ state: 'running', begunBy: 'req-1' });
  const other = beginRequest(running, { execution: 'another', differences: [], nowMs: AT_MS + 3 });
  expect(other).toBe(running);
  expect(begin(running, running.expiresAtMs + 1)).toBe(running);
  for (const state of ['declined', 'expired', 'cancelled', 'voided', 'done'] as const)
    expect(begin({ ...running, state }).state).toBe(state);
});

test('[5.4] nothing begins that nobody approved, though the record says so', () => {
  const forged = aRequest({ state: 'approved' });
  expect(begin(forged).state).toBe('approved');
  const denied = { ...approved(), decisions: [{ ...yes, decision: 'deny' as const }, yes] };
  expect(begin(denied).state).toBe('approved');
  expect(begin(aRequest()).state).toBe('pending');
});

test('[5.4] what was approved in the last millisecond begins; an hour later it has expired', () => {
  const { expiresAtMs } = aRequest();
  const late = approved({}, expiresAtMs - 1);
  expect(begin(late, expiresAtMs + 1_000).state).toBe('running');
  expect(begin(late, expiresAtMs - 1 + HOUR_MS)).toMatchObject({ state: 'expired' });
  expect(begin(aRequest(), expiresAtMs)).toMatchObject({ state: 'expired', endedAtMs: expiresAtMs });
});

test('[5.4] what has changed voids it, and the first of it stands in the record', () => {
  const differences = Array.from({ length: 30 }, (_, index) => ({
    what: 'version-moved' as const,
    about: `vault://p/${index}`,
    text: `vault://p/${index} had version a and has b`,
  }));
  const voided = begin(approved(), AT_MS + 2, differences);
  expect(voided).toMatchObject({ state: 'voided', endedAtMs: AT_MS + 2, differences: { count: 30 } });
  expect(voided.differences?.first).toHaveLength(20);
});

test('[5.4] who left since takes his word with him', () => {
  const request = approved();
  expect(peopleWhoLeft(request, request.people)).toEqual([]);
  const without = (name: string) => request.people.filter((person) => person.name !== name);
  expect(peopleWhoLeft(request, without('grace'))).toMatchObject([{ what: 'approver-left' }]);
  expect(peopleWhoLeft(request, without('ada'))).toMatchObject([{ what: 'requester-left' }]);
});
