import { readFileSync } from 'node:fs';
import { BUCKET, fails, type Scenario, succeeds } from '../scenario.ts';
import type { Script } from '../script.ts';

const machine = JSON.parse(
  readFileSync(new URL('../../../../statemachines/manual-rotation.asl.json', import.meta.url), 'utf8'),
) as object;

const LONG_AGO = '2026-01-01T00:00:00Z';
const requestId = 'req-1';
const found = (waits: boolean, lifeSeconds = 60) => ({ payload: { requestId, waits, lifeSeconds } });
const stands = (state: string) => ({ payload: { state, beginsAt: LONG_AGO } });
const planned = (key: string, batches: number) => ({ payload: { bucket: BUCKET, key, batches } });
const batchOf = (targetId: string) => ({ targetId, secretRefs: [`vault://${targetId}/a`] });
const settled = { payload: { settled: 1, left: 0 } } as const;
const reported = (more: boolean) => ({
  payload: { more, dueAt: LONG_AGO, settled: 2, promoted: 2, left: 0, parked: 0 },
});
/** What people decided is in the request, not in the answer. */
const woken = { payload: {}, token: { outcome: { output: { again: false } } } } as const;

/** A request that people approve while it waits for them; what a scenario says otherwise replaces it. */
const request = (
  key: string,
  otherwise: Script,
): Pick<Scenario, 'machine' | 'input' | 'objects' | 'script'> => ({
  machine,
  input: { v: 1, requestId },
  objects: { [key]: [batchOf('db1'), batchOf('db2')] },
  script: {
    FindRequest: [found(true)],
    AwaitApproval: [woken],
    CheckPlan: [stands('running')],
    PlanRotationBatches: [planned(key, 2)],
    RotateBatch: { by: 'targetId', answers: { db1: [settled], db2: [settled] } },
    ReportRequest: [reported(false)],
    ...otherwise,
  },
});

const WAITED = 'FindRequest WaitsForPeople AwaitApproval CheckPlan Decided';
const ROUND = 'PlanRotationBatches HasBatches RotateBatches ReportRequest HasMore';
const ENDED = succeeds({ requestId });

export const manualRotation: readonly Scenario[] = [
  {
    title: 'request: whoever asked died before it was written down, and nothing is left of it',
    ...request('request-never', { FindRequest: [{ error: 'NotFound', cause: 'no such request' }] }),
    path: 'FindRequest NeverMade',
    end: succeeds({ Error: 'NotFound', Cause: 'no such request' }),
  },
  {
    title: 'request: approved while it waits, rotated and reported',
    ...request('request', {}),
    path: `${WAITED} ${ROUND} Ended`,
    end: ENDED,
  },
  {
    title: 'request: decided before anything waited for people',
    ...request('request-early', { FindRequest: [found(false)] }),
    path: `FindRequest WaitsForPeople CheckPlan Decided ${ROUND} Ended`,
    end: ENDED,
  },
  ...['declined', 'cancelled', 'voided'].map(
    (state): Scenario => ({
      title: `request: ${state} is an end like any other`,
      ...request(`request-${state}`, { CheckPlan: [stands(state)] }),
      path: `${WAITED} Ended`,
      end: ENDED,
    }),
  ),
  {
    title: 'request: nobody decides within its life, and it is looked at all the same',
    ...request('request-expired', {
      FindRequest: [found(true, 2)],
      AwaitApproval: [{ payload: {} }],
      CheckPlan: [stands('expired')],
    }),
    // The time-out is caught: the state is left to what looks again.
    path: `${WAITED} Ended`,
    end: ENDED,
  },
  {
    title: 'request: woken by a clock that was ahead, it waits for people once more',
    ...request('request-ahead', { CheckPlan: [stands('pending'), stands('running')] }),
    path: `${WAITED} LookAgain ${WAITED} ${ROUND} Ended`,
    end: ENDED,
  },
  {
    title: 'request: approved for a later time, and stopped before it comes',
    ...request('request-later', { CheckPlan: [stands('approved'), stands('declined')] }),
    path: `${WAITED} WaitToBegin CheckPlan Decided Ended`,
    end: ENDED,
  },
  {
    title: 'request: written down a moment after its execution was started',
    ...request('request-young', {
      FindRequest: [{ error: 'NotFound' }, { error: 'NotFound' }, found(true)],
    }),
    path: `${WAITED} ${ROUND} Ended`,
    end: ENDED,
  },
  {
    title: 'request: rounds until nothing is left that this run can do',
    ...request('request-rounds', {
      PlanRotationBatches: [planned('request-rounds', 2), planned('none', 0), planned('request-rounds', 2)],
      ReportRequest: [reported(true), reported(true), reported(false)],
    }),
    path: `${WAITED} ${ROUND} WaitUntilDue PlanRotationBatches HasBatches ReportRequest HasMore WaitUntilDue ${ROUND} Ended`,
    end: ENDED,
  },
  {
    title: 'request: a batch that fails for ever costs the others nothing, and the report decides',
    ...request('request-batch', {
      RotateBatch: {
        by: 'targetId',
        answers: { db1: [{ error: 'Denied', cause: 'not of the plan' }], db2: [settled] },
      },
    }),
    path: `${WAITED} ${ROUND} Ended`,
    end: ENDED,
    calls: { RotateBatch: 2 },
  },
  {
    title: 'request: a plan that cannot be made is reported, and the next round makes it',
    ...request('request-unplanned', {
      PlanRotationBatches: [{ error: 'Unrecoverable', cause: 'no bucket' }, planned('request-unplanned', 2)],
      ReportRequest: [reported(true), reported(false)],
    }),
    path: `${WAITED} PlanRotationBatches ReportRequest HasMore WaitUntilDue ${ROUND} Ended`,
    end: ENDED,
  },
  {
    title: 'request: an approval that was used up fails the second execution with the refusal',
    ...request('request-used', { CheckPlan: [{ error: 'Denied', cause: 'begun by another' }] }),
    path: 'FindRequest WaitsForPeople AwaitApproval CheckPlan',
    end: fails('Denied', 'begun by another'),
  },
  {
    title: 'request: who is to be asked cannot be told, and the request fails with the reason',
    ...request('request-unasked', { AwaitApproval: [{ error: 'Unrecoverable', cause: 'no registry' }] }),
    path: 'FindRequest WaitsForPeople AwaitApproval',
    end: fails('Unrecoverable', 'no registry'),
  },
];
