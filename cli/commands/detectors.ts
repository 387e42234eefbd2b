import { showDetection } from '../../functions/show-detection/handler.ts';
import { toRecords } from '../../shared/domain/config/records.ts';
import { backtest as replay } from '../../shared/domain/detect/backtest.ts';
import { type DetectionPolicy, STANDARD_POLICY } from '../../shared/domain/detect/policy.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Context } from '../context.ts';
import { stackOf } from '../deployment/name.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { momentGiven } from '../moment-given.ts';
import { type Past, pastInAudit, pastInFiles } from '../past-entries.ts';
import { backtestLines, ruleLines } from '../screen/backtest.ts';
import { withFace } from '../with-face.ts';
import { readConfig } from './apply.ts';

/** The rules as they are enrolled. */
export async function listDetectors(context: Context): Promise<ExitCode> {
  const { policy, enrolled } = await withFace(context, (face) => face.call(showDetection, {}));
  if (!enrolled)
    context.say('rekey.yaml says nothing of detection: each rule observes, with its own figures');
  if (context.json) context.print(JSON.stringify(policy));
  else for (const line of ruleLines(policy, Date.now())) context.print(line);
  return EXIT.done;
}

interface BacktestOptions {
  readonly file?: readonly string[];
  readonly since?: string;
}

/** What the rules of rekey.yaml would have found, before they are applied. Changes nothing. */
export async function backtest(context: Context, { file, since }: BacktestOptions): Promise<ExitCode> {
  const world = context.deployment === null ? 'one-machine' : 'aws';
  const { detection, secrets } = toRecords(readConfig(context.configFile, world));
  const proposed = detection[0] ?? STANDARD_POLICY;
  const sinceMs = since === undefined ? null : momentGiven('--since', since);
  let past: Past;
  let enrolled: DetectionPolicy;
  if (file !== undefined && sinceMs === null) {
    const prefix = context.deployment === null ? null : stackOf(context.deployment);
    past = await pastInFiles(file, { secrets, prefix });
    enrolled = await enrolledHere(context);
  } else if (file === undefined && sinceMs !== null) {
    [past, enrolled] = await withFace(context, async (face) => [
      await pastInAudit(face, sinceMs),
      (await face.call(showDetection, {})).policy,
    ]);
  } else throw unclear();
  const result = replay(past.entries, { proposed, enrolled });
  const { notUnderstood, nothing } = past;
  if (context.json) context.print(JSON.stringify({ ...result, notUnderstood, nothing }));
  else for (const line of backtestLines(result)) context.print(line);
  if (notUnderstood > 0)
    context.say(`${notUnderstood} records were not understood, and nothing of them was judged`);
  for (const [rule, count] of Object.entries(result.faults)) context.say(`${rule} broke on ${count} entries`);
  return Object.keys(result.faults).length === 0 ? EXIT.done : EXIT.failed;
}

/** A file can be judged where nothing was ever applied. */
async function enrolledHere(context: Context): Promise<DetectionPolicy> {
  try {
    return (await withFace(context, (face) => face.call(showDetection, {}))).policy;
  } catch (error) {
    if (!(error instanceof RekeyError) || error.code !== 'state-missing') throw error;
    context.say('nothing is enrolled: compared with the rules’ own figures');
    return STANDARD_POLICY;
  }
}

function unclear(): RekeyError {
  return new RekeyError({
    code: 'nothing-to-replay',
    family: 'Validation',
    message: 'either --file or --since says what to replay',
    safe: 'Nothing was read.',
    next: ['rekey detectors backtest --since 90d', 'rekey detectors backtest --file TRAIL.json.gz'],
  });
}
