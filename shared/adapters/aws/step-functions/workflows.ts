import {
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { RekeyError } from '../../../domain/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { ExecutionStanding, Workflows } from '../../../ports/workflows.ts';
import { translate, vendorName } from '../vendor-error.ts';

/** What was started is described a little later: how long it is looked for, about 3 s in all. */
const LOOKS_MS: readonly number[] = [0, 100, 200, 400, 800, 1_600];

const LATE: ReadonlySet<string> = new Set(['TaskTimedOut', 'TaskDoesNotExist']);

type Call = 'StartExecution' | 'DescribeExecution' | 'SendTaskSuccess';

type Machine = 'break-glass' | 'scheduled-rotation' | 'manual-rotation';

/** ARN of each machine that executions are started of. */
export type MachineArns = Readonly<Partial<Record<Machine, string>>>;

/** What an execution's name begins with, where it is not a break-glass's. */
const MACHINE_BY_PREFIX: readonly (readonly [prefix: string, machine: Machine])[] = [
  ['roll-', 'scheduled-rotation'],
  ['rot-', 'scheduled-rotation'],
  ['req-', 'manual-rotation'],
];

function machineOf(machines: MachineArns, name: string): string {
  const machine = MACHINE_BY_PREFIX.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'break-glass';
  const arn = machines[machine];
  if (arn === undefined) throw new Error(`nothing of ${machine} is started here`);
  return arn;
}

/**
 * The engine is Step Functions itself: an execution's name is its idempotency key, and nothing has to carry it on. An execution
 * that a person stopped in the console has failed, so that a resume starts the next one.
 */
export function createStepFunctionsWorkflows(
  client: SFNClient,
  machines: MachineArns,
  clock: Pick<Clock, 'sleep'>,
): Workflows {
  const arnOf = (name: string) =>
    `${machineOf(machines, name).replace(':stateMachine:', ':execution:')}:${name}`;

  async function standing(name: string): Promise<ExecutionStanding> {
    try {
      const { status, error, cause } = await client.send(
        new DescribeExecutionCommand({ executionArn: arnOf(name) }),
      );
      return standingOf(status, error, cause);
    } catch (error) {
      if (vendorName(error) === 'ExecutionDoesNotExist') return { status: 'unknown' };
      throw failed(error, 'DescribeExecution', name, 'Nothing was changed.');
    }
  }

  /** DescribeExecution is eventually consistent (its documentation): who asks at once must not be told that there is none. */
  async function untilSeen(name: string): Promise<void> {
    for (const waitMs of LOOKS_MS) {
      if (waitMs > 0) await clock.sleep(waitMs);
      if ((await standing(name)).status !== 'unknown') return;
    }
  }

  async function start(name: string, input: object): Promise<void> {
    const stateMachineArn = machineOf(machines, name);
    try {
      await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
    } catch (error) {
      // The name is the operation's own: whoever has it asked for the same, now or when an answer was lost.
      if (vendorName(error) !== 'ExecutionAlreadyExists')
        throw failed(error, 'StartExecution', name, 'The same again starts it once at most.', true);
    }
    await untilSeen(name);
  }

  return {
    standing,
    startBreakGlass: start,
    startRotation: start,
    startManualRotation: start,

    async answer(token, answer) {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(answer) }));
      } catch (error) {
        // It was answered before, or waits no more: one answer counts.
        if (LATE.has(vendorName(error))) return;
        if (vendorName(error) === 'InvalidToken') throw tokenUnknown(error);
        const about = 'the execution that waits for people';
        throw failed(
          error,
          'SendTaskSuccess',
          about,
          'What was signed is kept; the same again is safe.',
          true,
        );
      }
    },

    async carryOn() {
      return [];
    },
  };
}

function failed(error: unknown, call: Call, about: string, safe: string, mayHaveHappened = false): unknown {
  return translate(error, {
    permission: `states:${call}`,
    about,
    quota: `of Step Functions' API throttling: ${call}, a bucket of the account and region`,
    safe,
    mayHaveHappened,
  });
}

function tokenUnknown(cause: unknown): RekeyError {
  return new RekeyError({
    code: 'token-unknown',
    family: 'Conflict',
    message: 'what the registry has as the waiting execution’s token is none of Step Functions here',
    safe: 'What was signed is kept.',
    next: ['stop the execution in the console, then: rekey resume INCIDENT'],
    cause,
  });
}

function standingOf(
  status: string | undefined,
  error: string | undefined,
  cause: string | undefined,
): ExecutionStanding {
  switch (status) {
    case 'RUNNING':
    case 'PENDING_REDRIVE':
      return { status: 'running' };
    case 'SUCCEEDED':
      return { status: 'succeeded' };
    case 'ABORTED':
      return {
        status: 'failed',
        error: 'Aborted',
        cause: causeOf(cause) ?? 'a person stopped the execution',
      };
    case 'TIMED_OUT':
      return {
        status: 'failed',
        error: 'States.Timeout',
        cause: causeOf(cause) ?? 'the execution took too long',
      };
    default:
      return { status: 'failed', error: error ?? 'unknown', cause: causeOf(cause) ?? 'no cause was given' };
  }
}

/** What a function threw reaches an execution inside Lambda's own envelope: `{"errorType", "errorMessage", "trace"}`. */
function causeOf(cause: string | undefined): string | undefined {
  if (cause === undefined || cause === '') return undefined;
  try {
    const envelope = JSON.parse(cause) as { readonly errorMessage?: unknown } | null;
    return typeof envelope?.errorMessage === 'string' ? envelope.errorMessage : cause;
  } catch {
    return cause;
  }
}
