import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetKeyPolicyCommand,
  KMSClient,
  type KMSClientResolvedConfig,
  ListAliasesCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { type AwsStub, mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { epochAlias, spareAlias } from '../../../../shared/adapters/aws/kms/alias.ts';
import { createKmsEpochKeys } from '../../../../shared/adapters/aws/kms/epoch-keys.ts';
import { type Door, renderKeyPolicy } from '../../../../shared/adapters/aws/kms/key-policy.ts';
import { isSettled, type VersionRecord } from '../../../../shared/domain/version.ts';
import type { EpochKeys } from '../../../../shared/ports/keys.ts';
import { FrozenClock } from '../../../support/clock.ts';
import { keyRoles } from '../../../support/key-roles.ts';
import { NO_ANSWER, vendor } from '../../../support/vendor.ts';

const PREFIX = 'rekey-test';
const ROLES = keyRoles('111122223333', 'us-east-1', PREFIX);
const arn = (id: string): string => `arn:aws:kms:us-east-1:111122223333:key/${id}`;
const KEY = arn('key-1');
const MADE = arn('key-2');
const SPARE = arn('key-3');
const ALIAS = epochAlias(PREFIX, 'payments', 2);
const DELETION = new Date('2026-12-01T03:00:00.000Z');

let calls: AwsStub<ServiceInputTypes, ServiceOutputTypes, KMSClientResolvedConfig>;
let clock: FrozenClock;
let named: VersionRecord[][];
let keys: EpochKeys;

beforeEach(() => {
  const client = new KMSClient({ region: 'us-east-1' });
  calls = mockClient(client);
  clock = new FrozenClock();
  named = [];
  keys = createKmsEpochKeys(client, {
    prefix: PREFIX,
    roles: ROLES,
    // What the registry answers when it is asked: in turn, the last for good.
    registry: { unsettledUnder: async () => (named.shift() ?? []).filter(({ fate }) => !isSettled(fate)) },
    clock,
  });
  calls.on(DescribeKeyCommand).rejects(vendor('NotFoundException'));
  calls.on(CreateKeyCommand).resolves({ KeyMetadata: { Arn: MADE, KeyId: 'key-2' } });
  calls.on(CreateAliasCommand).resolves({});
  calls.on(PutKeyPolicyCommand).resolves({});
});

/** What stands under an alias or an id. */
function stands(
  id: string,
  key = KEY,
  state: 'Enabled' | 'Disabled' | 'PendingDeletion' = 'Enabled',
  door: Door = 'open',
): void {
  const KeyId = key.slice(key.lastIndexOf('/') + 1);
  calls
    .on(DescribeKeyCommand, { KeyId: id })
    .resolves({ KeyMetadata: { Arn: key, KeyId, KeyState: state, DeletionDate: DELETION } });
  calls.on(GetKeyPolicyCommand, { KeyId: key }).resolves({ Policy: renderKeyPolicy(door, ROLES) });
}

function spareBehind(door: Door, roles = ROLES): string {
  return spareAlias(PREFIX, renderKeyPolicy(door, roles));
}

function order(): string[] {
  return calls.calls().map((call) => call.args[0].constructor.name.replace('Command', ''));
}

describe('making a key', () => {
  test.each([
    ['open', 'open'],
    ['closed', 'not-yet-open'],
  ] as const)(
    '[5.4] one that is made %s is so from its first instant: KMS is given its policy with it',
    async (initial, door) => {
      expect(await keys.ensure('payments', 2, initial)).toEqual({
        id: MADE,
        className: 'payments',
        epoch: 2,
        state: initial,
      });
      expect(calls.commandCalls(CreateKeyCommand)[0]?.args[0].input).toEqual({
        Description: 'Rekey rekey-test',
        Policy: renderKeyPolicy(door, ROLES),
        Tags: [{ TagKey: 'rekey:stage', TagValue: PREFIX }],
        BypassPolicyLockoutSafetyCheck: true,
      });
      expect(calls.commandCalls(CreateAliasCommand)[0]?.args[0].input).toEqual({
        AliasName: ALIAS,
        TargetKeyId: 'key-2',
      });
    },
  );

  test.each([
    ['open', 'open'],
    ['closed', 'not-yet-open'],
  ] as const)(
    '[5.4] a spare that waits %s is taken as it was born, and given its name: no key is made, no policy written',
    async (initial, door) => {
      stands(spareBehind(door), SPARE, 'Enabled', door);
      expect(await keys.ensure('payments', 2, initial)).toMatchObject({ id: SPARE, state: initial });
      expect(order()).toEqual(['DescribeKey', 'DescribeKey', 'CreateAlias', 'CreateAlias']);
      expect(calls.commandCalls(CreateAliasCommand).map((call) => call.args[0].input.AliasName)).toEqual([
        'alias/rekey-test/taken/key-3',
        ALIAS,
      ]);
    },
  );

  test('[7.2] a spare behind the other door, or of an earlier release’s roles, is not taken', async () => {
    stands(spareBehind('open'), SPARE);
    stands(spareBehind('not-yet-open', { ...ROLES, reissuers: [] }), SPARE, 'Enabled', 'not-yet-open');
    expect(await keys.ensure('payments', 2, 'closed')).toMatchObject({ id: MADE });
  });

  test('[injected] AlreadyExistsException of the spare: another class has taken it, and a key is made', async () => {
    stands(spareBehind('not-yet-open'), SPARE, 'Enabled', 'not-yet-open');
    calls
      .on(CreateAliasCommand, { AliasName: 'alias/rekey-test/taken/key-3' })
      .rejects(vendor('AlreadyExistsException'));
    expect(await keys.ensure('payments', 2, 'closed')).toMatchObject({ id: MADE });
  });

  test('[injected] AlreadyExistsException of the epoch’s alias, seen late: whoever was first has decided, ours is called lost', async () => {
    calls.on(CreateAliasCommand, { AliasName: ALIAS }).rejects(vendor('AlreadyExistsException'));
    calls
      .on(DescribeKeyCommand, { KeyId: ALIAS })
      .rejectsOnce(vendor('NotFoundException'))
      .rejectsOnce(vendor('NotFoundException'))
      .rejectsOnce(vendor('NotFoundException'))
      .resolves({ KeyMetadata: { Arn: KEY, KeyId: 'key-1', KeyState: 'Enabled' } });
    calls.on(GetKeyPolicyCommand).resolves({ Policy: renderKeyPolicy('not-yet-open', ROLES) });
    expect(await keys.ensure('payments', 2, 'open')).toMatchObject({ id: KEY, state: 'closed' });
    expect(calls.commandCalls(CreateAliasCommand).at(-1)?.args[0].input).toEqual({
      AliasName: 'alias/rekey-test/lost/key-2',
      TargetKeyId: 'key-2',
    });
    expect(order()).not.toContain('ScheduleKeyDeletion');
  });

  test.each(['LimitExceededException', 'ThrottlingException'])(
    '[injected] %s when a key is made: throttled, and nothing was sealed',
    async (name) => {
      calls.on(CreateKeyCommand).rejects(vendor(name, name, { $metadata: { attempts: 3 } }));
      await expect(keys.ensure('payments', 2, 'closed')).rejects.toMatchObject({
        family: 'Throttled',
        message: expect.stringContaining('kms:CreateKey'),
        safe: 'No version was put under a key.',
      });
      expect(calls.commandCalls(CreateAliasCommand)).toHaveLength(0);
    },
  );

  test('[F.1] AccessDeniedException: who may not make keys is told which permission', async () => {
    calls.on(CreateKeyCommand).rejects(vendor('AccessDeniedException', 'no identity-based policy allows it'));
    await expect(keys.ensure('payments', 2, 'closed')).rejects.toMatchObject({
      family: 'Denied',
      code: 'not-permitted',
      message: expect.stringContaining('kms:CreateKey'),
    });
  });

  test('[5.4] classes whose names differ by a dot have keys of their own', () => {
    const names = ['a.b', 'a-b', 'a_b', 'a_-b', 'a__b', 'ab'].map((name) => epochAlias(PREFIX, name, 1));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^alias\/[A-Za-z0-9/_-]+$/);
  });
});

describe('the spares', () => {
  const lists = (...aliases: [name: string, keyId: string][]) =>
    calls.on(ListAliasesCommand).resolves({
      Aliases: aliases.map(([AliasName, TargetKeyId]) => ({ AliasName, TargetKeyId })),
    });
  const ended = () => calls.commandCalls(ScheduleKeyDeletionCommand).map((call) => call.args[0].input.KeyId);

  beforeEach(() => {
    stands(spareBehind('open'), SPARE);
    stands(spareBehind('not-yet-open'), SPARE, 'Enabled', 'not-yet-open');
    lists([spareBehind('open'), 'key-3'], [spareBehind('not-yet-open'), 'key-3']);
    calls.on(ScheduleKeyDeletionCommand).resolves({ DeletionDate: DELETION });
  });

  test('[5.4] those that wait are left alone', async () => {
    await keys.keepSpares();
    expect(new Set(order())).toEqual(new Set(['DescribeKey', 'ListAliases']));
  });

  test('[5.4] one that was taken is replaced, behind the same door and with its policy from the first instant', async () => {
    stands(spareBehind('open'), KEY);
    stands('alias/rekey-test/taken/key-1', KEY);
    calls
      .on(CreateAliasCommand, { AliasName: spareBehind('open') })
      .rejects(vendor('AlreadyExistsException'));
    await keys.keepSpares();
    expect(calls.commandCalls(CreateKeyCommand).map((call) => call.args[0].input.Policy)).toEqual([
      renderKeyPolicy('open', ROLES),
    ]);
    expect(calls.commandCalls(UpdateAliasCommand).map((call) => call.args[0].input)).toEqual([
      { AliasName: spareBehind('open'), TargetKeyId: 'key-2' },
    ]);
    expect(ended()).toEqual([]);
  });

  test('[5.4] one of an earlier release’s roles is taken, so that nobody else does, and ended', async () => {
    const older = spareBehind('open', { ...ROLES, readers: [] });
    lists([older, 'key-1']);
    stands('key-1', KEY);
    await keys.keepSpares();
    expect(order().slice(-3)).toEqual(['CreateAlias', 'DescribeKey', 'ScheduleKeyDeletion']);
    expect(ended()).toEqual([KEY]);

    lists([older, 'key-1'], ['alias/rekey-test/taken/key-1', 'key-1']);
    calls.resetHistory();
    await keys.keepSpares();
    expect(ended()).toEqual([]);
  });

  test('[5.4] … unless a class is taking it this instant', async () => {
    lists([spareBehind('open', { ...ROLES, readers: [] }), 'key-1']);
    stands('key-1', KEY);
    calls
      .on(CreateAliasCommand, { AliasName: 'alias/rekey-test/taken/key-1' })
      .rejects(vendor('AlreadyExistsException'));
    await keys.keepSpares();
    expect(ended()).toEqual([]);
  });

  test('[5.4] a key that was made in vain is ended once; one that is an epoch’s never, whatever else names it', async () => {
    lists(
      ['alias/rekey-test/lost/key-1', 'key-1'],
      ['alias/rekey-test/lost/key-2', 'key-2'],
      [ALIAS, 'key-2'],
    );
    stands('key-1', KEY);
    stands('key-2', MADE);
    await keys.keepSpares();
    expect(ended()).toEqual([KEY]);
    calls.resetHistory();
    stands('key-1', KEY, 'PendingDeletion');
    await keys.keepSpares();
    expect(ended()).toEqual([]);
  });
});

describe('closing and opening', () => {
  test('[7.2] closing is one write of the policy: over for all but the prover', async () => {
    stands(KEY);
    await keys.close(KEY);
    expect(order()).toEqual(['DescribeKey', 'PutKeyPolicy']);
    expect(calls.commandCalls(PutKeyPolicyCommand)[0]?.args[0].input).toEqual({
      KeyId: KEY,
      PolicyName: 'default',
      Policy: renderKeyPolicy('over', ROLES),
    });
  });

  test('[7.2] a key that was closed for want of readers is closed as one that is over: the re-issuer is out too', async () => {
    stands(KEY, KEY, 'Enabled', 'not-yet-open');
    await keys.close(KEY);
    expect(calls.commandCalls(PutKeyPolicyCommand)[0]?.args[0].input.Policy).toBe(
      renderKeyPolicy('over', ROLES),
    );
  });

  test('[7.2] a key that a responder has switched off is closed, stays off when it is closed, and is on when it is opened', async () => {
    stands(ALIAS, KEY, 'Disabled');
    stands(KEY, KEY, 'Disabled');
    expect(await keys.ensure('payments', 2, 'open')).toMatchObject({ state: 'closed' });
    await keys.close(KEY);
    expect(calls.commandCalls(EnableKeyCommand)).toHaveLength(0);
    await keys.open(KEY);
    expect(order().slice(-2)).toEqual(['PutKeyPolicy', 'EnableKey']);
  });

  test('[injected] a key pending deletion is neither closed nor opened', async () => {
    stands(KEY, KEY, 'PendingDeletion');
    const destroyed = { family: 'Unrecoverable', code: 'key-destroyed' };
    await expect(keys.close(KEY)).rejects.toMatchObject(destroyed);
    await expect(keys.open(KEY)).rejects.toMatchObject(destroyed);
    expect(calls.commandCalls(PutKeyPolicyCommand)).toHaveLength(0);
  });

  test('[injected] MalformedPolicyDocumentException: the fence did not fall, and that is said', async () => {
    stands(KEY);
    calls.on(PutKeyPolicyCommand).rejects(vendor('MalformedPolicyDocumentException'));
    await expect(keys.close(KEY)).rejects.toMatchObject({
      code: 'call-refused',
      message: expect.stringContaining('kms:PutKeyPolicy'),
      safe: 'The key is as open or closed as it was.',
    });
  });

  test('[injected] an answer lost after the policy was written: nobody knows, and closing again is safe', async () => {
    stands(KEY);
    calls.on(PutKeyPolicyCommand).rejectsOnce(NO_ANSWER).resolves({});
    await expect(keys.close(KEY)).rejects.toMatchObject({ family: 'OutcomeUnknown' });
    await keys.close(KEY);
  });
});

describe('listing', () => {
  test('[injected] more aliases than a page holds: those of the class alone, by epoch', async () => {
    const alias = (name: string) => ({ AliasName: name, TargetKeyId: 'key-1' });
    calls
      .on(ListAliasesCommand)
      .resolvesOnce({
        Aliases: [
          alias(epochAlias(PREFIX, 'payments', 10)),
          alias(epochAlias(PREFIX, 'payments-eu', 1)),
          alias(spareBehind('open')),
          alias(epochAlias('rekey-prod', 'payments', 1)),
        ],
        Truncated: true,
        NextMarker: 'more',
      })
      .resolves({ Aliases: [alias(ALIAS)] });
    stands(epochAlias(PREFIX, 'payments', 10), KEY, 'PendingDeletion');
    stands(ALIAS, MADE, 'Enabled', 'over');
    expect(await keys.list('payments')).toEqual([
      { id: MADE, className: 'payments', epoch: 2, state: 'closed' },
      { id: KEY, className: 'payments', epoch: 10, state: 'destroyed' },
    ]);
  });
});

describe('destroying', () => {
  const live = [{ fate: 'live' }] as VersionRecord[];
  const settled = [{ fate: 'revoked-proven' }, { fate: 'failed' }] as VersionRecord[];

  test('[5.4] off at once, deleted seven days later; what is still to be seen to is said', async () => {
    stands(KEY);
    named = [settled, settled];
    calls.on(ScheduleKeyDeletionCommand).resolves({ DeletionDate: DELETION });
    expect(await keys.destroy('payments', KEY)).toEqual({
      irrevocableAtMs: null,
      pending: expect.stringContaining('2026-12-01T03:00:00.000Z'),
    });
    expect(order()).toEqual(['DescribeKey', 'DisableKey', 'ScheduleKeyDeletion']);
  });

  test('[5.4] refused while a version that may still open something names it; the key is not touched', async () => {
    stands(KEY);
    named = [[...settled, ...live]];
    await expect(keys.destroy('payments', KEY)).rejects.toMatchObject({
      family: 'Conflict',
      code: 'key-still-named',
      message: expect.stringContaining('by 1 versions'),
    });
    expect(order()).toEqual(['DescribeKey']);
  });

  test('[5.4] a version that came to name it between the look and the switch: given back as it was', async () => {
    stands(KEY);
    named = [settled, live];
    await expect(keys.destroy('payments', KEY)).rejects.toMatchObject({ code: 'key-still-named' });
    expect(order()).toEqual(['DescribeKey', 'DisableKey', 'EnableKey']);
  });

  test('[7.2] … but one that a responder had switched off stays off', async () => {
    stands(KEY, KEY, 'Disabled');
    named = [settled, live];
    await expect(keys.destroy('payments', KEY)).rejects.toMatchObject({ code: 'key-still-named' });
    expect(calls.commandCalls(EnableKeyCommand)).toHaveLength(0);
  });

  test('[injected] an answer lost after the scheduling: the second attempt finds it pending deletion, and when', async () => {
    calls
      .on(DescribeKeyCommand, { KeyId: KEY })
      .resolvesOnce({ KeyMetadata: { Arn: KEY, KeyId: 'key-1', KeyState: 'Enabled' } })
      .resolves({
        KeyMetadata: { Arn: KEY, KeyId: 'key-1', KeyState: 'PendingDeletion', DeletionDate: DELETION },
      });
    calls
      .on(ScheduleKeyDeletionCommand)
      .rejects(vendor('KMSInvalidStateException', `${KEY} is pending deletion.`));
    expect(await keys.destroy('payments', KEY)).toMatchObject({
      pending: expect.stringContaining('2026-12-01'),
    });
  });

  test('[injected] ThrottlingException of the scheduling: the key is off, and the next call goes on', async () => {
    stands(KEY);
    calls
      .on(ScheduleKeyDeletionCommand)
      .rejectsOnce(vendor('ThrottlingException'))
      .resolves({ DeletionDate: DELETION });
    await expect(keys.destroy('payments', KEY)).rejects.toMatchObject({
      family: 'Throttled',
      safe: expect.stringContaining('switched off'),
    });
    stands(KEY, KEY, 'Disabled');
    expect(await keys.destroy('payments', KEY)).toMatchObject({ irrevocableAtMs: null });
    expect(calls.commandCalls(DisableKeyCommand)).toHaveLength(2);
  });
});

describe('a key that a responder had switched off', () => {
  test('[5.4] works again for the prover once its policy is closed to readers, and never while it is open to them', async () => {
    stands(KEY, KEY, 'Disabled', 'over');
    expect(await keys.letProve(KEY)).toBe(true);
    expect(calls.commandCalls(EnableKeyCommand).map((call) => call.args[0].input)).toEqual([{ KeyId: KEY }]);
    stands(KEY, KEY, 'Disabled', 'open');
    await expect(keys.letProve(KEY)).rejects.toMatchObject({ code: 'key-not-closed', family: 'Conflict' });
    stands(KEY, KEY, 'Enabled', 'open');
    expect(await keys.letProve(KEY)).toBe(false);
    expect(calls.commandCalls(EnableKeyCommand)).toHaveLength(1);
  });
});
