import { readFileSync } from 'node:fs';
import { BUCKET, fails, type Scenario, succeeds } from '../scenario.ts';
import type { Script } from '../script.ts';

const machine = JSON.parse(
  readFileSync(new URL('../../../../statemachines/break-glass.asl.json', import.meta.url), 'utf8'),
) as object;

const input = { v: 1, planHash: 'h' };
const incidentId = 'inc-1';
const LONG_AGO = '2026-01-01T00:00:00Z';
const done = [{ payload: { incidentId } }] as const;

const opened = (what: object) =>
  [
    { payload: { incidentId, fence: false, cut: false, again: false, targets: ['db1', 'db2'], ...what } },
  ] as const;
const planned = (key: string, batches: number) => ({ payload: { bucket: BUCKET, key, batches } });
const swept = { payload: { more: false, dueAt: LONG_AGO } } as const;
const unfinished = { payload: { more: true, dueAt: LONG_AGO } } as const;
const batchOf = (targetId: string) => ({
  targetId,
  secretRefs: [`vault://${targetId}/a`, `vault://${targetId}/b`],
});
const settled = { payload: { settled: 2, left: 0 } } as const;
const signed = { payload: null, token: { outcome: { output: { again: false } } } } as const;

/** An incident in which nothing goes wrong; what a scenario says otherwise replaces it. */
const glass = (
  key: string,
  otherwise: Script,
): Pick<Scenario, 'machine' | 'input' | 'objects' | 'script'> => ({
  machine,
  input,
  objects: { [key]: [batchOf('db1'), batchOf('db2')] },
  script: {
    OpenIncident: opened({}),
    FenceClass: done,
    ObserveDenial: [{ payload: { observed: true } }],
    CutTarget: [{ payload: { state: 'observed' } }],
    RecordContainment: done,
    PlanBatches: [planned(key, 2)],
    AdvanceBatch: { by: 'targetId', answers: { db1: [settled], db2: [settled] } },
    SweepUnfinished: [swept],
    RequestReopen: [signed],
    ReopenClass: done,
    SealIncident: done,
    ...otherwise,
  },
});

const SEALED = succeeds({ incidentId });
const CONTAIN = 'Contain RecordContainment PlanBatches HasBatches';
const OPEN = `OpenIncident ${CONTAIN}`;
const SWEEP = 'SweepUnfinished HasUnfinished';
const ROUND = `ReissueBatches ${SWEEP}`;
const TO_REOPEN = 'NeedsReopen SealContained AwaitReopen AskedAgain';
const fenced = opened({ fence: true, cut: true });

export const breakGlass: readonly Scenario[] = [
  {
    title: 'break-glass: values leaked, nothing fenced and nothing cut',
    ...glass('values-leaked', {}),
    path: `${OPEN} ${ROUND} NeedsReopen SealIncident Sealed`,
    end: SEALED,
  },
  {
    title: 'break-glass: values leaked and the responder cuts at once',
    ...glass('cut', { OpenIncident: opened({ cut: true }) }),
    path: `${OPEN} ${ROUND} NeedsReopen SealIncident Sealed`,
    end: SEALED,
  },
  {
    title: 'break-glass: a reader is compromised, the denial is seen at the third look, two people re-open',
    ...glass('reader', {
      OpenIncident: fenced,
      ObserveDenial: [
        { payload: { observed: false } },
        { payload: { observed: false } },
        { payload: { observed: true } },
      ],
    }),
    path: `${OPEN} ${ROUND} ${TO_REOPEN} ReopenClass SealIncident Sealed`,
    end: SEALED,
  },
  {
    title: 'break-glass: instead of signing, a person asks for another sweep',
    ...glass('asked-again', {
      OpenIncident: fenced,
      RequestReopen: [{ payload: null, token: { outcome: { output: { again: true } } } }, signed],
    }),
    path: `${OPEN} ${ROUND} ${TO_REOPEN} ${CONTAIN} ${ROUND} ${TO_REOPEN} ReopenClass SealIncident Sealed`,
    end: SEALED,
  },
  {
    title: 'break-glass: signatures that no longer hold are denied, and the machine waits for new ones',
    ...glass('denied', {
      OpenIncident: fenced,
      ReopenClass: [{ error: 'Denied', cause: 'signed for something else' }, ...done],
    }),
    path: `${OPEN} ${ROUND} ${TO_REOPEN} ReopenClass AwaitReopen AskedAgain ReopenClass SealIncident Sealed`,
    end: SEALED,
  },
  {
    title: 'break-glass: an empty class',
    ...glass('empty', { PlanBatches: [planned('none', 0)] }),
    path: `${OPEN} ${SWEEP} NeedsReopen SealIncident Sealed`,
    end: SEALED,
  },
  {
    title: 'break-glass: a containment that fails three times holds up nothing',
    ...glass('uncontained', {
      OpenIncident: opened({ fence: true }),
      // Not before the other branch has ended: what it did is part of the story.
      FenceClass: [{ error: 'TargetUnavailable', cause: 'no key service', delayMs: 2_000 }],
    }),
    path: `${OPEN} ${ROUND} ${TO_REOPEN} ReopenClass SealIncident Sealed`,
    end: SEALED,
  },
  {
    title: 'break-glass: a batch that fails for ever costs the others nothing',
    ...glass('batch', {
      AdvanceBatch: {
        by: 'targetId',
        answers: { db1: [{ error: 'Unrecoverable', cause: 'db1 is gone' }], db2: [settled] },
      },
    }),
    path: `${OPEN} ${ROUND} NeedsReopen SealIncident Sealed`,
    end: SEALED,
  },
  {
    title: 'break-glass: an incident that is refused fails with the refusal',
    ...glass('refused', { OpenIncident: [{ error: 'Validation', cause: 'the plan was edited' }] }),
    path: 'OpenIncident',
    end: fails('Validation', 'the plan was edited'),
  },
  {
    title: 'break-glass: throttled twice, tried again, and no further',
    ...glass('throttled', {
      OpenIncident: [{ error: 'Throttled' }, { error: 'Throttled' }, ...opened({})],
    }),
    path: `${OPEN} ${ROUND} NeedsReopen SealIncident Sealed`,
    end: SEALED,
  },
  {
    // What Step Functions calls a function that ran out of time or memory.
    title: 'break-glass: a function that timed out is tried again',
    ...glass('timed-out', {
      OpenIncident: [{ error: 'Lambda.Unknown' }, ...opened({})],
      SweepUnfinished: [{ error: 'Lambda.Unknown' }, swept],
    }),
    path: `${OPEN} ${ROUND} NeedsReopen SealIncident Sealed`,
    end: SEALED,
  },
  {
    title: 'break-glass: swept until nothing is left, each time when it is due',
    ...glass('sweeps', { SweepUnfinished: [unfinished, unfinished, swept] }),
    path: `${OPEN} ${ROUND} WaitUntilDue PlanBatches HasBatches ${ROUND} WaitUntilDue PlanBatches HasBatches ${ROUND} NeedsReopen SealIncident Sealed`,
    end: SEALED,
  },
  {
    title: 'break-glass: a packet that cannot be signed fails the incident, with nothing undone',
    ...glass('unsealed', { SealIncident: [{ error: 'Unrecoverable', cause: 'no signing key' }] }),
    path: `${OPEN} ${ROUND} NeedsReopen SealIncident`,
    end: fails('Unrecoverable', 'no signing key'),
  },
  {
    title: 'break-glass: a re-opening that is called off fails the incident',
    ...glass('called-off', {
      OpenIncident: fenced,
      RequestReopen: [
        { payload: null, token: { outcome: { error: 'Conflict', cause: 'replaced by another incident' } } },
      ],
    }),
    path: `${OPEN} ${ROUND} NeedsReopen SealContained AwaitReopen`,
    end: fails('Conflict', 'replaced by another incident'),
  },
  {
    title: 'break-glass: a manifest that cannot be read leaves its secrets to the sweep',
    ...glass('unread', {
      PlanBatches: [planned('lost', 2), planned('unread', 2)],
      SweepUnfinished: [unfinished, swept],
    }),
    path: `${OPEN} ReissueBatches ${SWEEP} WaitUntilDue PlanBatches HasBatches ${ROUND} NeedsReopen SealIncident Sealed`,
    end: SEALED,
  },
];
