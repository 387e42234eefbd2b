import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetPolicyVersionCommand,
  IAMClient,
  type IAMClientResolvedConfig,
  ListPolicyVersionsCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { type AwsStub, mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { keepReaderFence } from '../../../../deploy/keep-reader-fence.ts';
import { createReaderFence, type ReaderFence } from '../../../../shared/adapters/aws/iam/reader-fence.ts';
import {
  readerFenceArn,
  renderReaderFence,
} from '../../../../shared/adapters/aws/iam/reader-fence-policy.ts';
import { vendor } from '../../../support/vendor.ts';

const PLACE = { partition: 'aws', account: '111122223333', region: 'eu-central-1', prefix: 'rekey-test' };
const ARN = 'arn:aws:iam::111122223333:policy/rekey-test-reader-fence-eu-central-1';
const FENCES = renderReaderFence(PLACE);
const OPEN = FENCES.replace('/*"', '/-/-"');
/** As an older release rendered it. */
const FENCES_TOO = FENCES.replace('FencedReaders', 'Fenced');

let calls: AwsStub<ServiceInputTypes, ServiceOutputTypes, IAMClientResolvedConfig>;
let fence: ReaderFence;
/** What IAM holds: documents by version, and which is the default. */
let held: Map<string, string>;
let standing: string;

beforeEach(() => {
  const client = new IAMClient({ region: 'us-east-1' });
  calls = mockClient(client);
  fence = createReaderFence(client, PLACE);
  hold({ v1: OPEN }, 'v1');
  calls.on(ListPolicyVersionsCommand).callsFake(() => {
    if (held.size === 0) throw vendor('NoSuchEntityException');
    return {
      Versions: [...held.keys()].map((VersionId) => ({
        VersionId,
        IsDefaultVersion: VersionId === standing,
      })),
    };
  });
  calls.on(GetPolicyVersionCommand).callsFake(({ VersionId }: { VersionId: string }) => ({
    PolicyVersion: { VersionId, Document: encodeURIComponent(held.get(VersionId) ?? '') },
  }));
  calls
    .on(CreatePolicyVersionCommand)
    .callsFake((input: { PolicyDocument: string; SetAsDefault?: boolean }) => {
      if (held.size >= 5) throw vendor('LimitExceededException');
      const id = `v${Math.max(...[...held.keys()].map((id) => Number(id.slice(1)))) + 1}`;
      held.set(id, input.PolicyDocument);
      if (input.SetAsDefault === true) standing = id;
      return { PolicyVersion: { VersionId: id } };
    });
  calls.on(DeletePolicyVersionCommand).callsFake(({ VersionId }: { VersionId: string }) => {
    if (VersionId === standing) throw vendor('DeleteConflictException');
    held.delete(VersionId);
    return {};
  });
  calls.on(SetDefaultPolicyVersionCommand).callsFake(({ VersionId }: { VersionId: string }) => {
    standing = VersionId;
    return {};
  });
});

function hold(documents: Record<string, string>, isDefault: string): void {
  held = new Map(Object.entries(documents));
  standing = isDefault;
}

describe('the fence of all readers', () => {
  test('is found by what the stage is called, the account and the region alone', () => {
    expect(readerFenceArn(PLACE)).toBe(ARN);
    expect(readerFenceArn({ ...PLACE, partition: 'aws-cn' })).toContain('arn:aws-cn:iam::');
  });

  test('[7.2] is made before it is needed, beside the version that stands: nothing is fenced by that', async () => {
    await fence.prepare();
    expect(calls.commandCalls(CreatePolicyVersionCommand).map((call) => call.args[0].input)).toEqual([
      { PolicyArn: ARN, PolicyDocument: FENCES, SetAsDefault: false },
    ]);
    expect(await fence.look()).toEqual({
      closed: false,
      defaultVersion: 'v1',
      closingVersion: 'v2',
      openingVersion: 'v1',
    });
  });

  test('is made once, however often it is deployed, and found again with blanks in it', async () => {
    hold({ v1: OPEN, v2: JSON.stringify(JSON.parse(FENCES), null, 2) }, 'v1');
    await fence.prepare();
    expect(calls.commandCalls(CreatePolicyVersionCommand)).toHaveLength(0);
  });

  test('takes the place of the oldest version where there are five, never of the one that stands', async () => {
    hold({ v3: OPEN, v4: OPEN, v5: OPEN, v6: OPEN, v7: OPEN }, 'v3');
    await fence.prepare();
    expect([...held.keys()]).toEqual(['v3', 'v5', 'v6', 'v7', 'v8']);
    expect(standing).toBe('v3');
  });

  test('[7.2] closes by one call, and again it is said to be closed', async () => {
    hold({ v1: OPEN, v2: FENCES }, 'v1');
    expect(await fence.close()).toBe(true);
    expect(calls.commandCalls(SetDefaultPolicyVersionCommand).map((call) => call.args[0].input)).toEqual([
      { PolicyArn: ARN, VersionId: 'v2' },
    ]);
    expect(await fence.close()).toBe(false);
    expect(await fence.look()).toMatchObject({ closed: true, openingVersion: 'v1' });
    expect(calls.commandCalls(SetDefaultPolicyVersionCommand)).toHaveLength(1);
  });

  test('closes by what another release has rendered, and never by a version that denies less', async () => {
    const conditional = FENCES.replace(
      '"Effect"',
      '"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect"',
    );
    const less = FENCES.replace('"secretsmanager:DescribeSecret"', '"secretsmanager:TagResource"');
    hold({ v1: OPEN, v2: conditional, v3: less }, 'v1');
    await expect(fence.close()).rejects.toMatchObject({ code: 'reader-fence-missing', family: 'NotFound' });
    held.set('v4', FENCES_TOO);
    expect(await fence.close()).toBe(true);
    expect(standing).toBe('v4');
  });

  test('[injected] AccessDeniedException of the switch names the permission and says that readers are as they were', async () => {
    hold({ v1: OPEN, v2: FENCES }, 'v1');
    calls.on(SetDefaultPolicyVersionCommand).rejects(vendor('AccessDenied', 'not authorized'));
    await expect(fence.close()).rejects.toMatchObject({
      family: 'Denied',
      message: expect.stringContaining('iam:SetDefaultPolicyVersion'),
      safe: 'Readers are as fenced as they were.',
    });
  });

  test('[injected] an answer of the switch that is lost: the same again finds it done', async () => {
    hold({ v1: OPEN, v2: FENCES }, 'v1');
    calls.on(SetDefaultPolicyVersionCommand).callsFakeOnce(({ VersionId }: { VersionId: string }) => {
      standing = VersionId;
      throw vendor('TimeoutError', 'socket hang up', { $fault: undefined });
    });
    await expect(fence.close()).rejects.toMatchObject({ family: 'OutcomeUnknown' });
    expect(await fence.close()).toBe(false);
  });
});

describe('a deployment', () => {
  /** What CloudFormation does with a changed policy: a version of its own, the default at once, in the oldest one's place. */
  function cloudFormation(): void {
    for (const id of [...held.keys()].filter((id) => id !== standing).slice(0, held.size >= 2 ? 1 : 0))
      held.delete(id);
    held.set('v9', OPEN.replace('/-/-', '/-/--'));
    standing = 'v9';
  }

  test('renders the version that fences anew where CloudFormation has dropped it', async () => {
    hold({ v1: OPEN, v2: FENCES }, 'v1');
    expect(await keepReaderFence(fence, cloudFormation)).toBeNull();
    expect(await fence.look()).toMatchObject({ closed: false, defaultVersion: 'v9', closingVersion: 'v10' });
  });

  test('[5.4] lifts no fence: one that stood before stands after, and is said', async () => {
    hold({ v1: OPEN, v2: FENCES }, 'v2');
    expect(await keepReaderFence(fence, cloudFormation)).toContain('fenced again');
    expect(await fence.look()).toMatchObject({ closed: true });
    expect(await keepReaderFence(fence, () => undefined)).toContain('as they were before');
  });

  test('that failed renders it all the same, and fails; a first one that failed has nothing to keep', async () => {
    const fails = () => {
      throw new Error('osls deploy ended with 1');
    };
    await expect(keepReaderFence(fence, fails)).rejects.toThrow('osls deploy');
    expect(await fence.look()).toMatchObject({ closed: false, closingVersion: 'v2' });
    hold({}, '');
    await expect(keepReaderFence(fence, fails)).rejects.toThrow('osls deploy');
  });
});
