import { type ChildProcess, spawn } from 'node:child_process';
import type { ByExec } from '../../shared/domain/consumer.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Notifier, Tell, TellOutcome } from '../../shared/ports/notifier.ts';

/** What a command has of our own environment: enough to find programs, and the state for `rekey confirm`. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'TZ', 'TMPDIR'];

/**
 * Consumers told by a command: always the same arguments, no shell, reference and version in its environment, what it says
 * unread. Exit code 0 is `told`, and `confirmed` of one that has to confirm by its answer; the token of one that confirms later
 * is its standard input. Asked twice at once for the same message it is run once.
 */
export function createExecNotifier(
  home: string,
  surroundings: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Notifier<ByExec> {
  const passedOn = Object.fromEntries(PASSED_ON.map((name) => [name, surroundings[name]]));
  const running = new Map<string, Promise<TellOutcome>>();
  return {
    async tell(message) {
      const { messageId } = message;
      const run = running.get(messageId) ?? runFor(message, { ...passedOn, REKEY_HOME: home }, clock);
      running.set(messageId, run);
      return run.finally(() => running.delete(messageId));
    },
  };
}

async function runFor(
  message: Tell<ByExec>,
  environment: NodeJS.ProcessEnv,
  clock: Clock,
): Promise<TellOutcome> {
  const { confirm, to } = message;
  const [program = '', ...words] = to.command;
  try {
    const child = spawn(program, words, {
      shell: false,
      cwd: '/',
      env: { ...environment, ...toldOf(message) },
      stdio: [typeof confirm === 'object' ? 'pipe' : 'ignore', 'ignore', 'ignore'],
      // Leads a group of its own, so that whatever it started ends with it.
      detached: true,
    });
    // One that reads no token need not take it.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(typeof confirm === 'object' ? confirm.token : undefined);
    const { code, signal, timedOut } = await endOf(child, to.timeoutMs, clock);
    if (timedOut) return failed(`the command was ended after ${to.timeoutMs / 1_000} s`);
    if (code !== 0) return failed(`the command ended with ${code ?? signal}`);
    return { state: confirm === 'by-answer' ? 'confirmed' : 'told' };
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return failed(`the command could not be started (${why})`);
  }
}

function toldOf({ messageId, consumer, ref, versionId, confirm }: Tell): NodeJS.ProcessEnv {
  return {
    REKEY_SECRET_REF: ref,
    REKEY_VERSION_ID: versionId,
    REKEY_CONSUMER: consumer,
    REKEY_MESSAGE_ID: messageId,
    ...(typeof confirm === 'object' ? { REKEY_CONFIRMATION_ID: confirm.id } : {}),
  };
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
}

async function endOf(child: ChildProcess, timeoutMs: number, clock: Clock): Promise<End> {
  const ended = new AbortController();
  let timedOut = false;
  const ending = clock.sleep(timeoutMs, ended.signal).then(() => {
    if (ended.signal.aborted) return;
    timedOut = true;
    endGroup(child);
  });
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve({ code, signal, timedOut }));
    });
  } finally {
    ended.abort();
    await ending;
  }
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself just now.
  }
}

function failed(message: string): TellOutcome {
  return { state: 'failed', message };
}
