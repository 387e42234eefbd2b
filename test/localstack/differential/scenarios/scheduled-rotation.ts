import { readFileSync } from 'node:fs';
import { BUCKET, fails, type Scenario, succeeds } from '../scenario.ts';
import type { Script } from '../script.ts';

const machine = JSON.parse(
  readFileSync(new URL('../../../../statemachines/scheduled-rotation.asl.json', import.meta.url), 'utf8'),
) as object;

const LONG_AGO = '2026-01-01T00:00:00Z';
const planned = (key: string, batches: number) => ({
  payload: { operationId: 'rot-1', bucket: BUCKET, key, batches, overAge: 0 },
});
const batchOf = (targetId: string) => ({ targetId, secretRefs: [`vault://${targetId}/a`] });
const settled = { payload: { settled: 1, left: 0 } } as const;
const over = { payload: { again: false, dueAt: LONG_AGO } } as const;
const goesOn = { payload: { again: true, dueAt: LONG_AGO } } as const;

/** A run in which nothing goes wrong; what a scenario says otherwise replaces it. */
const run = (
  key: string,
  otherwise: Script,
  refs: readonly string[] = [],
): Pick<Scenario, 'machine' | 'input' | 'objects' | 'script'> => ({
  machine,
  input: { v: 1, refs },
  objects: { [key]: [batchOf('db1'), batchOf('db2')] },
  script: {
    PlanDue: [planned(key, 2)],
    RotateBatch: { by: 'targetId', answers: { db1: [settled], db2: [settled] } },
    ReportRotation: [over],
    ...otherwise,
  },
});

const ROUND = 'PlanDue HasBatches RotateBatches ReportRotation GoesOn';
const DONE = succeeds({ refs: [] });

export const scheduledRotation: readonly Scenario[] = [
  {
    title: 'schedule: two batches, and nothing that cannot wait for the next run',
    ...run('schedule', {}),
    path: `${ROUND} RunDone`,
    end: DONE,
  },
  {
    title: 'schedule: nothing is due',
    ...run('schedule-idle', { PlanDue: [planned('none', 0)] }),
    path: 'PlanDue HasBatches ReportRotation GoesOn RunDone',
    end: DONE,
  },
  {
    title:
      'schedule: it goes on with the secrets that it was asked for, and with no others, until none is under way',
    ...run('schedule-refs', { ReportRotation: [goesOn, goesOn, over] }, ['vault://db1/a']),
    path: `${ROUND} WaitUntilDue ${ROUND} WaitUntilDue ${ROUND} RunDone`,
    end: succeeds({ refs: ['vault://db1/a'] }),
  },
  {
    title: 'schedule: a batch that fails for ever costs the others nothing, and the report decides',
    ...run('schedule-batch', {
      RotateBatch: {
        by: 'targetId',
        answers: { db1: [{ error: 'Unrecoverable', cause: 'db1 is gone' }], db2: [settled] },
      },
    }),
    path: `${ROUND} RunDone`,
    end: DONE,
    calls: { RotateBatch: 2 },
  },
  {
    title: 'schedule: throttled at each step, tried again, and no further',
    ...run('schedule-throttled', {
      PlanDue: [{ error: 'Throttled' }, planned('schedule-throttled', 2)],
      RotateBatch: {
        by: 'targetId',
        answers: { db1: [{ error: 'Throttled' }, settled], db2: [{ error: 'Lambda.Unknown' }, settled] },
      },
      ReportRotation: [{ error: 'Throttled' }, over],
    }),
    path: `${ROUND} RunDone`,
    end: DONE,
    calls: { PlanDue: 2, RotateBatch: 4, ReportRotation: 2 },
  },
  {
    title: 'schedule: a plan that is refused fails the run with the refusal',
    ...run('schedule-refused', { PlanDue: [{ error: 'Validation', cause: 'no such class' }] }),
    path: 'PlanDue',
    end: fails('Validation', 'no such class'),
  },
  {
    title: 'schedule: a report that fails fails the run, and what was rotated stands',
    ...run('schedule-unreported', { ReportRotation: [{ error: 'Unrecoverable', cause: 'no registry' }] }),
    path: 'PlanDue HasBatches RotateBatches ReportRotation',
    end: fails('Unrecoverable', 'no registry'),
  },
  {
    title:
      'schedule: a manifest that cannot be read is reported on all the same, and another look writes another',
    ...run('schedule-unread', {
      PlanDue: [planned('schedule-lost', 2), planned('schedule-unread', 2)],
      ReportRotation: [goesOn, over],
    }),
    path: `${ROUND} WaitUntilDue ${ROUND} RunDone`,
    end: DONE,
  },
];
