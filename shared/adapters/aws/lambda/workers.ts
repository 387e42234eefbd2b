import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { type ErrorFamily, RekeyError } from '../../../domain/errors.ts';
import type { HealthCheck } from '../../../domain/health-check.ts';
import type { Registry } from '../../../ports/registry.ts';
import type { SeenAccounts, UndoneCut, Workers } from '../../../ports/workers.ts';
import { translate, vendorName } from '../vendor-error.ts';

/** Names of functions: one for each network that targets stand in, by the network, and one that stands in none. */
export interface WorkerNames {
  readonly RestoreTarget: Readonly<Record<string, string>>;
  readonly CheckTarget: Readonly<Record<string, string>>;
  readonly NoteIdentities: Readonly<Record<string, string>>;
  readonly RestoreClass: string;
}

const FAMILIES: Readonly<Record<ErrorFamily, true>> = {
  Validation: true,
  Conflict: true,
  NotFound: true,
  Denied: true,
  Throttled: true,
  TargetUnavailable: true,
  OutcomeUnknown: true,
  Unrecoverable: true,
};

const SAFE = 'The same again is safe: what is done is skipped.';

/** Lambda functions, each called and waited for; that of a target by the network in which the registry says that it stands. */
export function createLambdaWorkers(
  client: LambdaClient,
  names: WorkerNames,
  registry: Pick<Registry, 'target'>,
): Workers {
  async function call<Answer>(name: string, asked: object): Promise<Answer> {
    const { FunctionError, Payload } = await invoke(client, name, asked);
    const answer = readJson(Payload) as Record<string, unknown>;
    if (FunctionError !== undefined) throw failed(name, answer);
    const { v: _version, ...rest } = answer;
    return rest as Answer;
  }

  async function nearTarget(
    worker: Exclude<keyof WorkerNames, 'RestoreClass'>,
    targetId: string,
  ): Promise<string> {
    // One that is not enrolled any more stands nowhere: whoever is asked says so.
    const network = (await registry.target(targetId))?.network ?? 'local';
    const name = names[worker][network];
    if (name !== undefined) return name;
    throw new RekeyError({
      code: 'network-not-deployed',
      family: 'Unrecoverable',
      message: `no ${worker} stands in network ${network} of target ${targetId}: it was named after the last deployment`,
      safe: 'Nothing was changed at the target.',
      next: ['npm run deploy -- --stage STAGE'],
    });
  }

  return {
    restoreTarget: async (asked) => call<UndoneCut>(await nearTarget('RestoreTarget', asked.targetId), asked),
    restoreClass: async (asked) => call<{ readonly restored: boolean }>(names.RestoreClass, asked),
    checkTarget: async (asked) => call<HealthCheck>(await nearTarget('CheckTarget', asked.targetId), asked),
    noteIdentities: async (asked) =>
      call<SeenAccounts>(await nearTarget('NoteIdentities', asked.targetId), asked),
  };
}

async function invoke(client: LambdaClient, name: string, asked: object) {
  try {
    return await client.send(
      new InvokeCommand({ FunctionName: name, Payload: JSON.stringify({ v: 1, ...asked }) }),
    );
  } catch (error) {
    if (vendorName(error) === 'ResourceNotFoundException') {
      throw new RekeyError({
        code: 'function-missing',
        family: 'NotFound',
        message: `there is no function ${name}: the deployment is not whole`,
        safe: 'Nothing was changed.',
        next: ['npm run deploy -- --stage STAGE'],
        cause: error,
      });
    }
    throw translate(error, {
      permission: 'lambda:InvokeFunction',
      about: name,
      quota: 'of concurrent executions of the account (1,000 by default), or those reserved for others',
      safe: SAFE,
      mayHaveHappened: true,
    });
  }
}

/** Where its error has no family of ours it did not get to say one: it ran out of time or memory, or did not start. */
function failed(name: string, { errorType, errorMessage }: Record<string, unknown>): RekeyError {
  const family = String(errorType);
  if (Object.hasOwn(FAMILIES, family)) {
    return new RekeyError({
      code: 'worker-failed',
      family: family as ErrorFamily,
      message: String(errorMessage),
      safe: SAFE,
      next: ['rekey incident list', 'rekey doctor'],
    });
  }
  return new RekeyError({
    code: 'worker-died',
    family: 'OutcomeUnknown',
    message: `${name} did not come to its end (${/^[A-Za-z.]{1,60}$/.test(family) ? family : 'no reason given'}): part of its work may be done`,
    safe: SAFE,
    next: ['the same command again', `the log /aws/lambda/${name}`],
  });
}

function readJson(payload: Uint8Array | undefined): unknown {
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof read === 'object' && read !== null ? read : {};
  } catch {
    return {};
  }
}
