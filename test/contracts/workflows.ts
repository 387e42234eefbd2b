import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { BreakGlassInput, ExecutionStanding, Workflows } from '../../shared/ports/workflows.ts';

/** What an execution is started with, and the incident's name in it. */
interface Start {
  readonly name: string;
  readonly input: BreakGlassInput;
}

/** An engine, and starts whose end is known. Each is asked for once and is another incident's. */
export interface WorkflowsUnderTest {
  readonly workflows: Workflows;
  readonly succeeding: () => Promise<Start>;
  readonly failing: () => Promise<
    Start & { readonly error: string /** In the function's own words. */; readonly cause: string }
  >;
  readonly waiting: () => Promise<Start>;
  /** What an incident waits on now; undefined while it does not wait. */
  readonly tokenOf: (name: string) => Promise<string | undefined>;
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await delay(10);
  }
}

/** What every engine keeps to. */
export function describeWorkflows(name: string, create: () => Promise<WorkflowsUnderTest>): void {
  const ended = (workflows: Workflows, execution: string): Promise<ExecutionStanding> =>
    until(async () => {
      const standing = await workflows.standing(execution);
      return standing.status === 'waiting' || standing.status === 'running' ? undefined : standing;
    });

  describe(`workflows ${name}`, () => {
    test('[5.1] one that nobody asked for is unknown; once asked for it never is again, and it ends', async () => {
      const { workflows, succeeding } = await create();
      const { name: execution, input } = await succeeding();
      expect(await workflows.standing(execution)).toEqual({ status: 'unknown' });
      await workflows.startBreakGlass(execution, input);
      expect(['waiting', 'running', 'succeeded']).toContain((await workflows.standing(execution)).status);
      expect(await ended(workflows, execution)).toEqual({ status: 'succeeded' });
    });

    test('[5.1] asked for twice under one name it runs once, as it was asked for first', async () => {
      const { workflows, succeeding, failing } = await create();
      const { name: execution, input } = await succeeding();
      await workflows.startBreakGlass(execution, input);
      await workflows.startBreakGlass(execution, input);
      expect(await ended(workflows, execution)).toEqual({ status: 'succeeded' });
      await workflows.startBreakGlass(execution, (await failing()).input);
      expect(await workflows.standing(execution)).toEqual({ status: 'succeeded' });
    });

    test('[5.1] one that fails says which error it was, in the words of the function that failed', async () => {
      const { workflows, failing } = await create();
      const { name: execution, input, error, cause } = await failing();
      await workflows.startBreakGlass(execution, input);
      expect(await ended(workflows, execution)).toEqual({ status: 'failed', error, cause });
    });

    test('[5.1] one that waits for people goes on with the first answer; others change nothing', async () => {
      const { workflows, waiting, tokenOf } = await create();
      const { name: execution, input } = await waiting();
      await workflows.startBreakGlass(execution, input);
      const token = await until(() => tokenOf(execution));
      expect(await workflows.standing(execution)).toEqual({ status: 'running' });
      await workflows.answer(token, { again: true });
      const next = await until(async () => {
        const now = await tokenOf(execution);
        return now === token ? undefined : now;
      });
      await workflows.answer(token, { again: false });
      expect(await workflows.standing(execution)).toEqual({ status: 'running' });
      expect(await tokenOf(execution)).toBe(next);
    });

    test('[5.1] whoever comes later finds nothing to take up while an engine runs', async () => {
      const { workflows, waiting, tokenOf } = await create();
      const { name: execution, input } = await waiting();
      await workflows.startBreakGlass(execution, input);
      await until(() => tokenOf(execution));
      expect(await workflows.carryOn()).toEqual([]);
    });
  });
}
