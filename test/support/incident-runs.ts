import { type EngineOptions, runEngine } from '../../local/engine/engine.ts';
import type { MachineName } from '../../local/engine/machines.ts';
import { createSqliteJournal } from '../../local/interpreter/sqlite-journal.ts';
import { createStartRequests } from '../../local/sqlite/start-requests.ts';
import type { State } from '../../local/state.ts';
import type { IncidentRecord } from '../../shared/domain/incident.ts';
import { type PlanRequest, planBreakGlass } from '../../shared/driver/plan-break-glass.ts';

/** Incidents of one state directory through the whole machine, in this process, as the CLI would start them. */
export function createIncidentRuns(state: State, engineOptions: EngineOptions = {}) {
  const { registry, plans, clock } = state.services;
  let ending = new AbortController();

  /** An engine as the next command starts it: until nothing is under way, or it waits for people (anew). */
  async function carryOn(): Promise<void> {
    const waitingFor = async () => [
      ...(await registry.incidents())
        .filter((incident) => incident.state === 'awaiting-reopen')
        .map((incident) => incident.reopenToken),
      ...(await registry.requests())
        .filter(({ state, taskToken }) => state === 'pending' && taskToken !== undefined)
        .map(({ taskToken }) => taskToken),
    ];
    const before = await waitingFor();
    ending = new AbortController();
    const watching = setInterval(() => {
      void waitingFor().then((now) => {
        if (now.some((token) => !before.includes(token))) ending.abort();
      });
    }, 5);
    try {
      await runEngine(state.home, { ...engineOptions, idleMs: 0, signal: ending.signal });
    } finally {
      clearInterval(watching);
    }
  }

  async function run(execution: string, input: object, machine: MachineName = 'break-glass'): Promise<void> {
    createStartRequests(state.database).ask({ name: execution, machine, input });
    await carryOn();
  }

  async function incidentAfter(execution: string, id: string, input: object): Promise<IncidentRecord> {
    await run(execution, { v: 1, incidentId: id, startedBy: 'responder', ...input });
    const incident = await registry.incident(id);
    if (incident === null) throw new Error('no incident');
    return incident;
  }

  /** As a person stops an execution by hand while no engine is at it: it has failed where it stood, and nothing more is known. */
  async function stopWorkflow(execution: string): Promise<void> {
    const journal = createSqliteJournal(state.database, 'break-glass');
    const frame = (await journal.frames(execution)).find(({ path }) => path === '');
    if (frame === undefined) throw new Error(`${execution} is not under way`);
    await journal.commit(execution, { ...frame, end: { status: 'failed', error: 'Aborted', cause: '' } });
  }

  return {
    run,
    carryOn,
    async plan(request: PlanRequest): Promise<string> {
      return plans.save(await planBreakGlass(state.services, request));
    },
    stopWorkflow,
    /** Tells the engine to end, as SIGTERM does: it lets go at the next transition. */
    endEngine: () => ending.abort(),
    /** `confirmedAtMs`: by the asker's clock; default now, by the machine's. */
    breakGlass(planHash: string, confirmedAtMs = clock.nowMs()): Promise<IncidentRecord> {
      const id = `inc-test-${planHash.slice(0, 6)}`;
      return incidentAfter(id, id, { planHash, confirmedAtMs, again: false });
    },
    /** `rekey resume`: what is left, and what was set aside for a person. */
    resume({ id, confirmedAtMs }: IncidentRecord): Promise<IncidentRecord> {
      return incidentAfter(`${id}-r1`, id, { confirmedAtMs, again: true });
    },
  };
}
