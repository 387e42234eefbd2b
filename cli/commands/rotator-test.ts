import { existsSync } from 'node:fs';
import { pathsIn } from '../../local/home.ts';
import { systemClock, systemRandom } from '../../local/system.ts';
import { toRecords } from '../../shared/domain/config/records.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { suggestNearest } from '../../shared/domain/nearest.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import type { TargetRecord } from '../../shared/domain/target.ts';
import type { OpenTrial } from '../../shared/rotators/contract/trial.ts';
import type { OpenRequest } from '../../shared/rotators/rotator.ts';
import { rotators } from '../../shared/rotators/rotators.ts';
import { trials } from '../../shared/rotators/trials.ts';
import type { Context } from '../context.ts';
import { adminsIn, passwordsFor } from '../direct/passwords.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type CheckResult, runChecks } from '../trial/run-checks.ts';
import { readConfig } from './apply.ts';

export interface RotatorTestOptions {
  readonly kind?: string;
  readonly target?: string;
  readonly account?: readonly string[];
  readonly admins?: string;
}

/** Runs what every kind keeps against a person's own target, in throw-away accounts. Leaves nothing there, however it ends. */
export async function rotatorTest(context: Context, options: RotatorTestOptions): Promise<ExitCode> {
  const { kind = '' } = options;
  if (context.deployment !== null)
    throw refused('a trial runs on this machine alone, from where the target is reached', 'without --stage');
  const trial = trials[kind];
  const rotator = rotators[kind];
  if (trial === undefined || rotator === undefined)
    throw refused(`there is no trial of kind ${kind}${nearest(kind, Object.keys(trials))}`, listed(trials));
  const target = targetOf(context, options.target ?? '', kind);
  const account = accountOf(options.account ?? []);
  if (trial.named) checkNamed(kind, rotator.account.safeParse(account).success);
  else if (options.account !== undefined)
    throw refused(`a trial of ${kind} makes its own accounts: none is named`, 'without --account');
  const admin = await adminOf(context, target, options.admins);

  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  try {
    context.say(`rekey: makes ${trial.makes}, at ${target.id}, and takes them away again`);
    const opened = await trial.open({
      request: { target, admin, writer: 'rekey/trial', signal: stopping.signal },
      rotator,
      account,
      random: systemRandom,
      nowMs: systemClock.nowMs(),
    });
    return report(context, kind, target.id, await run(context, opened, stopping.signal), stopping.signal);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
}

async function run(context: Context, opened: OpenTrial, signal: AbortSignal): Promise<CheckResult[]> {
  try {
    return await runChecks(opened, signal, (result) => {
      if (!context.json) for (const line of linesOf(result)) context.print(line);
    });
  } finally {
    await opened.clear();
    opened.close();
  }
}

const SIGNS = { passed: 'ok  ', failed: 'FAIL', 'left-out': '-   ' } as const;

function linesOf({ name, outcome, words }: CheckResult): string[] {
  return [
    `${SIGNS[outcome]} ${name}`,
    ...(words === undefined ? [] : words.split('\n').map((line) => `     ${line}`)),
  ];
}

function report(
  context: Context,
  kind: string,
  target: string,
  checks: readonly CheckResult[],
  signal: AbortSignal,
): ExitCode {
  const count = (outcome: CheckResult['outcome']) => checks.filter((one) => one.outcome === outcome).length;
  const [passed, failed, left] = [count('passed'), count('failed'), count('left-out')];
  const interrupted = signal.aborted;
  if (context.json) context.print(JSON.stringify({ kind, target, interrupted, passed, failed, checks }));
  else {
    const leftOut = left === 0 ? '' : `, ${left} left out`;
    context.print(`${passed} passed, ${failed} failed${leftOut}${interrupted ? ', then interrupted' : ''}`);
  }
  context.say(`rekey: what was made at ${target} is gone`);
  return failed === 0 && !interrupted ? EXIT.done : EXIT.failed;
}

function targetOf(context: Context, id: string, kind: string): TargetRecord {
  const { targets } = toRecords(readConfig(context.configFile));
  const target = targets.find((candidate) => candidate.id === id);
  if (target === undefined)
    throw refused(
      `${context.configFile} has no target ${id}${nearest(
        id,
        targets.map((one) => one.id),
      )}`,
      'rekey rotator test KIND --target TARGET',
    );
  if (target.kind !== kind)
    throw refused(
      `target ${id} is of kind ${target.kind}`,
      `rekey rotator test ${target.kind} --target ${id}`,
    );
  return target;
}

function accountOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw refused('an account is named by key=value', '--account user=NAME');
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

function checkNamed(kind: string, isWell: boolean): void {
  if (isWell) return;
  throw refused(
    `no account can be made for a trial of ${kind}: name one that is for throwing away`,
    `--account key=value, as a secret's account in docs/kinds/${kind}.md`,
  );
}

/** Of this machine's own state, else of the file, else asked for. */
async function adminOf(
  context: Context,
  target: TargetRecord,
  file: string | undefined,
): Promise<OpenRequest['admin']> {
  const given = file === undefined ? await keptHere(context, target) : adminsIn(file);
  const passwords = await passwordsFor([{ target, secrets: [] }], given);
  for (const { user, passwordRef } of target.admins) {
    const password = passwords.get(passwordRef);
    if (password !== undefined) return { user, password };
  }
  throw new RekeyError({
    code: 'admin-value-missing',
    family: 'NotFound',
    message: `no admin credential of target ${target.id} is at hand`,
    safe: 'Nothing was made at the target.',
    next: [`rekey secret put ${target.admins[0]?.passwordRef}`, 'rekey rotator test … --admins FILE'],
  });
}

async function keptHere({ home }: Context, target: TargetRecord): Promise<Map<string, string>> {
  const kept = new Map<string, string>();
  if (!existsSync(pathsIn(home).database)) return kept;
  const { openState } = await import('../../local/state.ts');
  const state = openState(home);
  const { registry, store } = state.services;
  try {
    const refs = target.admins.map(({ passwordRef }) => passwordRef as SecretRef);
    for (const { ref, currentVersionId: versionId } of await registry.secrets(refs)) {
      if (versionId === undefined) continue;
      const [value] = await store.read([{ ref, versionId }], 'worker');
      if (value !== undefined) kept.set(ref, value);
    }
    return kept;
  } finally {
    state.close();
  }
}

function nearest(word: string, known: readonly string[]): string {
  const found = suggestNearest(word, known);
  return found === null ? '' : ` (did you mean ${found}?)`;
}

function listed(known: object): string {
  return `one of ${Object.keys(known).join(', ')}`;
}

function refused(message: string, next: string): RekeyError {
  return new RekeyError({
    code: 'trial-how',
    family: 'Validation',
    message,
    safe: 'Nothing was made at the target.',
    next: [next],
  });
}
