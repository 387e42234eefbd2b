import { RekeyError } from '../../shared/domain/errors.ts';
import type { KnownFront } from './fronts.ts';
import { type DeploymentName, identityOf, renewalOf, stackOf, whoseOf } from './name.ts';

/** What came back over the wire. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The far side's clock, as HTTP tells it. */
  readonly date: string | undefined;
}

/** One try of one function at one front. */
export interface Attempt {
  readonly name: DeploymentName;
  readonly front: KnownFront;
  readonly functionName: string;
  readonly signedAtMs: number;
}

const NOTHING = 'Nothing was done.';
const OTHER_RELEASE = [
  'the release of the command line that was deployed',
  'or npm run deploy -- --stage STAGE, of this one',
];
const UNKNOWN = 'Whether it was done is not known; looking first does no harm.';

/** The function's own answer; null where it is not the function that answered. */
export function ownAnswer({ text }: Answer): Readonly<Record<string, unknown>> | null {
  try {
    const content = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
    return content !== null && ('v' in content || isRefusal(content['error'])) ? content : null;
  } catch {
    return null;
  }
}

type Refusal = ConstructorParameters<typeof RekeyError>[0];

function isRefusal(error: unknown): error is Refusal {
  return typeof error === 'object' && error !== null && 'code' in error && 'family' in error;
}

/** What the function refused, as it said it. An input of ours that it does not take is one of another release. */
export function ownRefusal(content: Readonly<Record<string, unknown>>): RekeyError | null {
  const { error } = content;
  if (!isRefusal(error)) return null;
  return new RekeyError(error.code === 'function-input' ? { ...error, next: OTHER_RELEASE } : error);
}

/** Lambda did not begin: the same again is safe, whatever the function does. */
export function neverBegan({ status }: Answer): boolean {
  return status === 429;
}

/** The session is good and may not call this front. */
export function isForbidden(answer: Answer): boolean {
  return answer.status === 403 && faultOf(answer) === null;
}

type Fault = 'clock' | 'expired' | 'signature';

/** What Lambda's check of the signature says is wrong with it, rather than with a permission. */
function faultOf({ text }: Answer): Fault | null {
  if (/Signature expired|Signature not yet current/i.test(text)) return 'clock';
  if (/security token.*(expired|invalid)/i.test(text)) return 'expired';
  if (/signature we calculated|IncompleteSignature|Missing Authentication Token/i.test(text))
    return 'signature';
  return null;
}

/** An answer that is Lambda's and not the function's. */
export function refusedBefore(attempt: Attempt, answer: Answer): RekeyError {
  const { name } = attempt;
  const functionArn = `${stackOf(name)}-${attempt.front.name}`;
  const { status } = answer;
  if (status === 429) {
    return new RekeyError({
      code: 'lambda-throttled',
      family: 'Throttled',
      message: `lambda:InvokeFunctionUrl for ${functionArn} was throttled again and again: quota of concurrent executions of Lambda in this account and region, or what is reserved of it`,
      safe: NOTHING,
      next: ['the same command again'],
    });
  }
  const fault = status === 403 ? faultOf(answer) : null;
  if (fault !== null) return refusedSession(fault, attempt, answer, functionArn);
  if (status === 413) {
    return new RekeyError({
      code: 'request-too-large',
      family: 'Validation',
      message: `${attempt.functionName} takes at most 6 MB at once (quota of Lambda: invocation payload)`,
      safe: NOTHING,
      next: ['the same command with less at once'],
    });
  }
  if (status >= 500) {
    return new RekeyError({
      code: 'answer-lost',
      family: 'OutcomeUnknown',
      message: `${functionArn} gave no answer to ${attempt.functionName} (${status}): its time was over, or it ended`,
      safe: UNKNOWN,
      next: ['rekey status', 'rekey incident list'],
    });
  }
  return new RekeyError({
    code: 'url-foreign',
    family: 'Unrecoverable',
    message: `what answers at the URL of ${functionArn} is no function of Rekey (${status})`,
    safe: NOTHING,
    next: [`npm run deploy -- --stage ${name.stage}`, 'look at the URLs of the context: docs/cli.md'],
  });
}

/** The session is good, and its role may call none of these, which are all that have the function. */
export function notPermitted(name: DeploymentName, fronts: readonly KnownFront[]): RekeyError {
  const functions = fronts.map((front) => `${stackOf(name)}-${front.name}`);
  return new RekeyError({
    code: 'not-permitted',
    family: 'Denied',
    message: `lambda:InvokeFunctionUrl and lambda:InvokeFunction for ${functions.join(', or ')} were refused to ${whoseOf(name)}: it takes both, in the account of the deployment`,
    safe: NOTHING,
    next: [identityOf(name), 'the roles that may: docs/cli.md'],
  });
}

function refusedSession(
  fault: Fault,
  { name, signedAtMs }: Attempt,
  answer: Answer,
  functionArn: string,
): RekeyError {
  switch (fault) {
    case 'clock': {
      const here = new Date(signedAtMs).toISOString();
      const there = answer.date === undefined ? 'another' : new Date(answer.date).toISOString();
      return new RekeyError({
        code: 'clock-skewed',
        family: 'Denied',
        message: `this machine's clock is off: it says ${here}, AWS says ${there}; a signature holds for five minutes`,
        safe: NOTHING,
        next: ['set the clock (timedatectl set-ntp true), then the same command again'],
      });
    }
    case 'expired':
      return new RekeyError({
        code: 'session-expired',
        family: 'Denied',
        message: `the session of ${whoseOf(name)} has expired or is not known to AWS: ${functionArn} refused it`,
        safe: NOTHING,
        next: [renewalOf(name), identityOf(name)],
      });
    case 'signature':
      return new RekeyError({
        code: 'signature-refused-by-aws',
        family: 'Denied',
        message: `${functionArn} did not take the signature of ${whoseOf(name)}: its secret key is wrong, or something between rewrites requests`,
        safe: NOTHING,
        next: [identityOf(name)],
      });
  }
}

/** Nobody answered. `sent`: the request had left. */
export function unanswered(
  { name, front, functionName }: Attempt,
  url: URL,
  why: string,
  sent: boolean,
): RekeyError {
  const functionArn = `${stackOf(name)}-${front.name}`;
  return sent
    ? new RekeyError({
        code: 'answer-lost',
        family: 'OutcomeUnknown',
        message: `${functionArn} gave no answer to ${functionName} (${why})`,
        safe: UNKNOWN,
        next: ['rekey status', 'rekey incident list'],
      })
    : new RekeyError({
        code: 'control-plane-unreachable',
        family: 'TargetUnavailable',
        message: `${functionArn} cannot be reached at ${url.host} (${why})`,
        safe: NOTHING,
        next: [
          'the same command again',
          `where a class has to be closed now: rekey fence --direct --stage ${name.stage} --class CLASS`,
        ],
      });
}
