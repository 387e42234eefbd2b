import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { type AwsClientStub, mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { createSecretsManagerStore } from '../../../../shared/adapters/aws/secrets-manager/secret-store.ts';
import { RekeyError } from '../../../../shared/domain/errors.ts';
import type { Pace } from '../../../../shared/ports/pace.ts';
import type { SealRequest } from '../../../../shared/ports/store.ts';
import { FrozenClock } from '../../../support/clock.ts';
import { type Answer, startScriptedAws } from '../../../support/scripted-aws.ts';
import { NO_ANSWER, vendor } from '../../../support/vendor.ts';

const OLD_KEY = 'arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-00000000000a';
const KEY = 'arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-00000000000b';
const OLD = '11111111-1111-5111-8111-111111111111';
const NEW = '22222222-2222-5222-8222-222222222222';
const NAME = { SecretId: 'rekey-test/payments/ledger' };
const VALUE = 'planted-value-that-nobody-may-repeat';

const REQUEST: SealRequest = {
  ref: 'vault://payments/ledger',
  versionId: NEW,
  epoch: 2,
  keyId: KEY,
  value: VALUE,
};

/** Counts, and lets everything go. */
class CountingPace implements Pace {
  taken = 0;
  throttlings = 0;
  async take(): Promise<void> {
    this.taken += 1;
  }
  async throttled(): Promise<void> {
    this.throttlings += 1;
  }
}

let calls: AwsClientStub<SecretsManagerClient>;
let clock: FrozenClock;
let store: ReturnType<typeof createSecretsManagerStore>;

beforeEach(() => {
  const client = new SecretsManagerClient({ region: 'us-east-1' });
  calls = mockClient(client);
  clock = new FrozenClock();
  store = createSecretsManagerStore({
    clients: { reader: client, worker: client, prover: client },
    prefix: 'rekey-test',
    writes: new CountingPace(),
    clock,
  });
});

/** The secret as it stands: under the old key, the old version current. */
function stands(more: { key?: string; labels?: Record<string, string[]> } = {}): object {
  return {
    Name: NAME.SecretId,
    KmsKeyId: more.key ?? OLD_KEY,
    VersionIdsToStages: more.labels ?? { [OLD]: ['AWSCURRENT', 'rekey-3', 'AWSPENDING'] },
  };
}

/** What was called, in its order, without the values. */
function order(): string[] {
  return calls.calls().map((call) => call.args[0].constructor.name.replace('Command', ''));
}

/** The error, once it is seen that nothing of it repeats the value. */
async function failure(work: Promise<unknown>): Promise<RekeyError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RekeyError)) throw error;
  const { message, code, safe, next, cause, stack } = error;
  expect(JSON.stringify({ message, code, safe, next, cause, stack })).not.toContain(VALUE);
  return error;
}

describe('putting a version', () => {
  test('[5.4] the key is changed without a value, then the value is put, pending, under the id that is its token', async () => {
    calls
      .on(DescribeSecretCommand)
      .resolvesOnce(stands())
      .resolves(stands({ key: KEY }));
    await store.putPending([REQUEST]);
    expect(order()).toEqual(['DescribeSecret', 'UpdateSecret', 'PutSecretValue', 'DescribeSecret']);
    expect(calls.commandCalls(UpdateSecretCommand)[0]?.args[0].input).toEqual({ ...NAME, KmsKeyId: KEY });
    expect(calls.commandCalls(PutSecretValueCommand)[0]?.args[0].input).toEqual({
      ...NAME,
      ClientRequestToken: NEW,
      SecretString: VALUE,
      VersionStages: ['AWSPENDING', 'rekey-4'],
    });
  });

  test('[5.2] within an epoch the key is not touched: one look, one write', async () => {
    calls.on(DescribeSecretCommand).resolves(stands({ key: KEY.slice(KEY.lastIndexOf('/') + 1) }));
    await store.putPending([REQUEST]);
    expect(order()).toEqual(['DescribeSecret', 'PutSecretValue']);
  });

  test('[5.1] a secret that is not there is made with the version as its first, under its key, in one write', async () => {
    calls.on(DescribeSecretCommand).rejects(vendor('ResourceNotFoundException'));
    await store.putPending([REQUEST]);
    expect(order()).toEqual(['DescribeSecret', 'CreateSecret']);
    expect(calls.commandCalls(CreateSecretCommand)[0]?.args[0].input).toEqual({
      Name: NAME.SecretId,
      ClientRequestToken: NEW,
      SecretString: VALUE,
      KmsKeyId: KEY,
    });
  });

  test('[injected] an answer lost after the secret was made: found with the version in it, and adopted', async () => {
    calls
      .on(DescribeSecretCommand)
      .rejectsOnce(vendor('ResourceNotFoundException'))
      .resolves(stands({ key: KEY, labels: { [NEW]: ['AWSCURRENT'] } }));
    calls.on(CreateSecretCommand).rejects(NO_ANSWER);
    // What an attempt of ours has made was not there before.
    expect(await store.putPending([REQUEST])).toEqual(['unsure']);
    expect(order()).toEqual(['DescribeSecret', 'CreateSecret', 'DescribeSecret']);
  });

  test('[injected] an answer lost before the secret was made: nobody knows, and it is said so', async () => {
    calls.on(DescribeSecretCommand).rejects(vendor('ResourceNotFoundException'));
    calls.on(CreateSecretCommand).rejects(NO_ANSWER);
    expect(await failure(store.putPending([REQUEST]))).toMatchObject({ family: 'OutcomeUnknown' });
  });

  test('[injected] ResourceExistsException of a secret that somebody else is making: theirs is used', async () => {
    calls
      .on(DescribeSecretCommand)
      .rejectsOnce(vendor('ResourceNotFoundException'))
      .rejectsOnce(vendor('ResourceNotFoundException'))
      .resolves(stands({ key: KEY, labels: {} }));
    calls.on(CreateSecretCommand).rejects(vendor('ResourceExistsException'));
    await store.putPending([REQUEST]);
    expect(order().filter((name) => name === 'PutSecretValue')).toHaveLength(1);
  });

  test('[5.4] a version that is there already keeps its first value: nothing is written', async () => {
    calls.on(DescribeSecretCommand).resolves(stands({ key: KEY, labels: { [NEW]: ['AWSPENDING'] } }));
    expect(await store.putPending([REQUEST])).toEqual(['there']);
    expect(order()).toEqual(['DescribeSecret']);
  });

  test('[injected] ResourceExistsException of a token with another value: the version is read by its id and adopted', async () => {
    calls.on(DescribeSecretCommand).resolves(stands({ key: KEY }));
    calls.on(PutSecretValueCommand).rejects(vendor('ResourceExistsException'));
    calls.on(GetSecretValueCommand).resolves({ SecretString: 'the first value' });
    await store.putPending([REQUEST]);
    expect(calls.commandCalls(GetSecretValueCommand)[0]?.args[0].input).toEqual({ ...NAME, VersionId: NEW });
  });

  test('[injected] an answer lost after the write: the version is found and adopted', async () => {
    calls.on(DescribeSecretCommand).resolves(stands({ key: KEY }));
    calls.on(PutSecretValueCommand).rejects(NO_ANSWER);
    // Written, and not readable at once.
    calls
      .on(GetSecretValueCommand)
      .rejectsOnce(vendor('ResourceNotFoundException'))
      .resolves({ SecretString: VALUE });
    await store.putPending([REQUEST]);
    expect(calls.commandCalls(GetSecretValueCommand)).toHaveLength(2);
  });

  test('[injected] an answer lost before the write: nobody knows, and it is said so', async () => {
    calls.on(DescribeSecretCommand).resolves(stands({ key: KEY }));
    calls.on(PutSecretValueCommand).rejects(NO_ANSWER);
    calls.on(GetSecretValueCommand).rejects(vendor('ResourceNotFoundException'));
    expect(await failure(store.putPending([REQUEST]))).toMatchObject({
      family: 'OutcomeUnknown',
      code: 'answer-lost',
      safe: expect.stringContaining('keeps its first value'),
    });
  });

  test('[injected] LimitExceededException: throttled, with the quota and what to do', async () => {
    calls.on(DescribeSecretCommand).resolves(stands({ key: KEY }));
    calls
      .on(PutSecretValueCommand)
      .rejects(vendor('LimitExceededException', `exceeds with ${VALUE}`, { $metadata: { attempts: 3 } }));
    expect(await failure(store.putPending([REQUEST]))).toMatchObject({
      family: 'Throttled',
      code: 'throttled',
      retryable: true,
      message: expect.stringMatching(/PutSecretValue for vault:.* after 3 attempts .*50 writes a second/),
    });
  });

  test.each([
    ['InvalidParameterException', `1 validation error detected: Value '${VALUE}' at 'secretString'`],
    ['InternalFailure', VALUE],
  ])('[injected] %s that repeats what was sent: the value is not repeated', async (name, message) => {
    calls.on(DescribeSecretCommand).resolves(stands({ key: KEY }));
    calls.on(PutSecretValueCommand).rejects(vendor(name, message));
    expect(await failure(store.putPending([REQUEST]))).toMatchObject({ code: 'call-refused' });
  });

  test('[injected] a fenced key: the worker of an epoch that is over puts nothing under it', async () => {
    calls.on(DescribeSecretCommand).resolves(stands());
    calls.on(UpdateSecretCommand).rejects(vendor('AccessDeniedException', 'Access to KMS is not allowed'));
    expect(await failure(store.putPending([REQUEST]))).toMatchObject({
      family: 'Denied',
      code: 'key-closed',
    });
    expect(calls.commandCalls(PutSecretValueCommand)).toHaveLength(0);
  });

  test('[injected] a key pending deletion takes nothing any more', async () => {
    calls.on(DescribeSecretCommand).resolves(stands({ key: KEY }));
    calls
      .on(PutSecretValueCommand)
      .rejects(vendor('InvalidRequestException', `${KEY} is pending deletion. (Service: AWSKMS)`));
    expect(await failure(store.putPending([REQUEST]))).toMatchObject({
      family: 'Unrecoverable',
      code: 'key-destroyed',
    });
  });

  test('[injected] a secret that a person has marked for deletion: the command that brings it back', async () => {
    calls.on(DescribeSecretCommand).resolves(stands({ key: KEY }));
    calls
      .on(PutSecretValueCommand)
      .rejects(
        vendor(
          'InvalidRequestException',
          'You can’t perform this operation on the secret because it was marked for deletion.',
        ),
      );
    expect(await failure(store.putPending([REQUEST]))).toMatchObject({
      family: 'Conflict',
      code: 'secret-being-deleted',
      next: ['aws secretsmanager restore-secret'],
    });
  });

  describe('an older operation changes the key back while the value is put', () => {
    const keyIs = (keys: string[]) => {
      calls.on(DescribeSecretCommand).resolves(stands());
      calls
        .on(ListSecretVersionIdsCommand)
        .resolvesOnce({ Versions: [{ VersionId: OLD, KmsKeyIds: [OLD_KEY] }], NextToken: 'more' })
        .resolves({ Versions: [{ VersionId: NEW, KmsKeyIds: keys }] });
    };

    test('[injected] the version is under its own key all the same', async () => {
      keyIs([KEY]);
      await store.putPending([REQUEST]);
      expect(order().slice(-3)).toEqual(['DescribeSecret', 'ListSecretVersionIds', 'ListSecretVersionIds']);
    });

    test('[injected] it is under the other key: not what was asked for, and its target is not told', async () => {
      keyIs([OLD_KEY]);
      expect(await failure(store.putPending([REQUEST]))).toMatchObject({
        family: 'Conflict',
        code: 'sealed-under-another-key',
      });
    });
  });

  test('[injected] a version that was put under another key before is not adopted', async () => {
    calls.on(DescribeSecretCommand).resolves(stands({ labels: { [NEW]: ['AWSPENDING'] } }));
    calls.on(ListSecretVersionIdsCommand).resolves({ Versions: [{ VersionId: NEW, KmsKeyIds: [OLD_KEY] }] });
    expect(await failure(store.putPending([REQUEST]))).toMatchObject({ code: 'sealed-under-another-key' });
    expect(order()).toEqual(['DescribeSecret', 'ListSecretVersionIds']);
  });
});

describe('reading a version', () => {
  const NAMES = [{ ref: REQUEST.ref, versionId: NEW }];

  test('[1.3] by its id alone, never by a label', async () => {
    calls.on(GetSecretValueCommand).resolves({ SecretString: VALUE });
    expect(await store.read(NAMES, 'reader')).toEqual([VALUE]);
    expect(calls.commandCalls(GetSecretValueCommand)[0]?.args[0].input).toEqual({ ...NAME, VersionId: NEW });
  });

  test('[injected] a version that is not readable yet is looked for again, a little later each time', async () => {
    const startMs = clock.ms;
    calls
      .on(GetSecretValueCommand)
      .rejectsOnce(vendor('ResourceNotFoundException'))
      .rejectsOnce(vendor('ResourceNotFoundException'))
      .rejectsOnce(vendor('ResourceNotFoundException'))
      .resolves({ SecretString: VALUE });
    expect(await store.read(NAMES, 'worker')).toEqual([VALUE]);
    expect(clock.ms - startMs).toBe(350);
  });

  test('[injected] one that stays unreadable is missing', async () => {
    calls.on(GetSecretValueCommand).rejects(vendor('ResourceNotFoundException'));
    expect(await failure(store.read(NAMES, 'prover'))).toMatchObject({
      family: 'NotFound',
      code: 'version-missing',
    });
    expect(order()).toHaveLength(5);
  });

  test.each([
    ['a fenced key', vendor('AccessDeniedException', 'Access to KMS is not allowed'), 'Denied', 'key-closed'],
    [
      'a fenced key, in KMS’s own words',
      vendor(
        'AccessDeniedException',
        'User: x is not authorized to perform: kms:Decrypt with an explicit deny',
      ),
      'Denied',
      'key-closed',
    ],
    [
      'a reader policy that was flipped',
      vendor('AccessDeniedException', 'User: x is not authorized to perform: secretsmanager:GetSecretValue'),
      'Denied',
      'not-permitted',
    ],
    ['a disabled key', vendor('DisabledException'), 'Denied', 'key-closed'],
    [
      'a disabled key behind another name',
      vendor('InvalidRequestException', `${KEY} is disabled. (Service: AWSKMS)`),
      'Denied',
      'key-closed',
    ],
    ['a key pending deletion', vendor('KMSInvalidStateException'), 'Unrecoverable', 'key-destroyed'],
    ['a key that cannot be used', vendor('DecryptionFailure'), 'Denied', 'key-unusable'],
    ['ThrottlingException', vendor('ThrottlingException'), 'Throttled', 'throttled'],
    ['an expired session', vendor('ExpiredTokenException'), 'Denied', 'session-invalid'],
    [
      'a service that is down',
      vendor('InternalServiceError', 'x', { $fault: 'server' }),
      'Throttled',
      'service-unavailable',
    ],
  ])('[injected] %s', async (_title, error, family, code) => {
    calls.on(GetSecretValueCommand).rejects(error);
    const failed = await failure(store.read(NAMES, 'reader'));
    expect(failed).toMatchObject({ family, code });
    expect(order()).toHaveLength(1);
  });

  test('[1.2] who is asked as a role that he does not have is refused, and nothing is called', async () => {
    const worker = createSecretsManagerStore({
      clients: { worker: new SecretsManagerClient({ region: 'us-east-1' }) },
      prefix: 'rekey-test',
      writes: new CountingPace(),
      clock,
    });
    for (const as of ['reader', 'prover'] as const) {
      expect(await failure(worker.read(NAMES, as))).toMatchObject({ family: 'Denied', code: 'role-absent' });
    }
  });
});

describe('promoting a version', () => {
  const NAMES = [{ ref: REQUEST.ref, versionId: NEW }];
  const pending = { [OLD]: ['AWSCURRENT'], [NEW]: ['AWSPENDING'] };
  const current = { [OLD]: ['AWSPREVIOUS'], [NEW]: ['AWSCURRENT', 'AWSPENDING'] };
  const moves = () => calls.commandCalls(UpdateSecretVersionStageCommand).map((call) => call.args[0].input);

  test('[5.1] the label moves from the version that it was seen on, and from no other', async () => {
    calls.on(DescribeSecretCommand).resolves(stands({ labels: pending }));
    await store.promote(NAMES);
    expect(moves()).toEqual([
      { ...NAME, VersionStage: 'AWSCURRENT', MoveToVersionId: NEW, RemoveFromVersionId: OLD },
    ]);
  });

  test('[5.1] who has just put the version knows what was current, and does not look again', async () => {
    calls.on(DescribeSecretCommand).resolves(stands({ key: KEY }));
    await store.putPending([REQUEST]);
    calls.resetHistory();
    await store.promote(NAMES);
    expect(order()).toEqual(['UpdateSecretVersionStage']);
    expect(moves()[0]?.RemoveFromVersionId).toBe(OLD);
  });

  test('[5.1] what is current already is left alone', async () => {
    calls.on(DescribeSecretCommand).resolves(stands({ labels: current }));
    await store.promote(NAMES);
    expect(order()).toEqual(['DescribeSecret']);
  });

  test('[injected] an answer lost after the move: the SDK’s second attempt is refused, and the label is where it should be', async () => {
    calls
      .on(DescribeSecretCommand)
      .resolvesOnce(stands({ labels: pending }))
      .resolves(stands({ labels: current }));
    calls.on(UpdateSecretVersionStageCommand).rejects(vendor('InvalidParameterException'));
    await store.promote(NAMES);
    expect(moves()).toHaveLength(1);
  });

  test('[injected] another operation has moved it meanwhile: its word stands', async () => {
    const third = '33333333-3333-5333-8333-333333333333';
    calls
      .on(DescribeSecretCommand)
      .resolvesOnce(stands({ labels: pending }))
      .resolves(stands({ labels: { [third]: ['AWSCURRENT'], [NEW]: ['AWSPENDING'] } }));
    calls.on(UpdateSecretVersionStageCommand).rejects(vendor('InvalidParameterException'));
    expect(await failure(store.promote(NAMES))).toMatchObject({ family: 'Conflict', code: 'current-moved' });
    expect(moves()).toHaveLength(1);
  });

  test('[injected] a version that the secret does not have: nothing is moved', async () => {
    calls.on(DescribeSecretCommand).resolves(stands());
    calls.on(ListSecretVersionIdsCommand).resolves({ Versions: [{ VersionId: OLD }] });
    expect(await failure(store.promote(NAMES))).toMatchObject({
      family: 'NotFound',
      code: 'version-missing',
    });
    expect(moves()).toEqual([]);
  });
});

describe('the SDK’s own retries', () => {
  const SECRET: Answer = {
    status: 200,
    body: { Name: NAME.SecretId, KmsKeyId: KEY, VersionIdsToStages: {} },
  };

  async function scripted(put: (before: number) => Answer) {
    const service = await startScriptedAws((operation, before) =>
      operation === 'PutSecretValue' ? put(before) : SECRET,
    );
    const pace = new CountingPace();
    const worker = new SecretsManagerClient({ ...service.config, maxAttempts: 3 });
    const scriptedStore = createSecretsManagerStore({
      clients: { worker },
      prefix: 'rekey-test',
      writes: pace,
      clock,
    });
    const puts = () => service.calls.filter(({ operation }) => operation === 'PutSecretValue');
    return { service, pace, worker, puts, store: scriptedStore };
  }

  test.each(['ThrottlingException', 'LimitExceededException'])(
    '[injected] %s: three attempts, each of them paced, each slows the others down',
    async (error) => {
      const { service, pace, puts, store: worker } = await scripted(() => ({ status: 400, error }));
      expect(await failure(worker.putPending([REQUEST]))).toMatchObject({
        family: 'Throttled',
        code: 'throttled',
        message: expect.stringContaining('after 3 attempts'),
      });
      expect([puts().length, pace.taken, pace.throttlings]).toEqual([3, 3, 3]);
      await service.close();
    },
  );

  test('[injected] throttled once: the second attempt is the same version with the same value', async () => {
    const {
      service,
      pace,
      puts,
      store: worker,
    } = await scripted((before) =>
      before === 0 ? { status: 400, error: 'ThrottlingException' } : { status: 200, body: {} },
    );
    await worker.putPending([REQUEST]);
    expect(puts()).toHaveLength(2);
    expect(puts()[1]).toEqual(puts()[0]);
    expect([pace.taken, pace.throttlings]).toEqual([2, 1]);
    await service.close();
  });

  test('[injected] a connection cut after the write: the second attempt finds the version, with the same value', async () => {
    const {
      service,
      pace,
      puts,
      store: worker,
    } = await scripted((before) => (before === 0 ? 'no answer' : { status: 200, body: { VersionId: NEW } }));
    await worker.putPending([REQUEST]);
    expect([puts().length, pace.taken, pace.throttlings]).toEqual([2, 2, 0]);
    await service.close();
  });
});
