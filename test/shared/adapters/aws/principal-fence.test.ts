import {
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
} from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { createIamPrincipalFence } from '../../../../shared/adapters/aws/iam/principal-fence.ts';
import { AT_MS } from '../../../contracts/records.ts';
import { vendor } from '../../../support/vendor.ts';

const PLACE = { partition: 'aws', account: '111122223333', region: 'eu-central-1', prefix: 'rekey-prod' };
const POLICY = 'arn:aws:iam::111122223333:policy/rekey-prod-quarantine-eu-central-1';
const ROLE = 'arn:aws:iam::111122223333:role/apps/Shop';
const USER = 'arn:aws:iam::111122223333:user/people/mallory';

const iam = mockClient(IAMClient);
const fence = createIamPrincipalFence(new IAMClient({ region: 'us-east-1' }), PLACE, { nowMs: () => AT_MS });
const refused = vendor;

beforeEach(() => {
  iam.reset();
});

describe('[7.2] a principal beyond the resolver', () => {
  test('a role is given the one policy that refuses it, and is looked at page by page', async () => {
    iam.on(AttachRolePolicyCommand).resolves({});
    iam
      .on(ListAttachedRolePoliciesCommand)
      .resolvesOnce({
        AttachedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/Other' }],
        IsTruncated: true,
        Marker: 'm',
      })
      .resolves({ AttachedPolicies: [{ PolicyArn: POLICY }] });
    expect(await fence.close(ROLE, AT_MS)).toMatchObject([
      { layer: 'policy', state: 'observed', atMs: AT_MS },
    ]);
    expect(iam.commandCalls(AttachRolePolicyCommand).map(({ args }) => args[0].input)).toEqual([
      { RoleName: 'Shop', PolicyArn: POLICY },
    ]);
    expect(iam.commandCalls(ListAttachedRolePoliciesCommand).map(({ args }) => args[0].input.Marker)).toEqual(
      [undefined, 'm'],
    );
  });

  test('a user too, and both lose it again; one that is gone is no error', async () => {
    iam.on(AttachUserPolicyCommand).resolves({});
    iam.on(ListAttachedUserPoliciesCommand).resolves({ AttachedPolicies: [{ PolicyArn: POLICY }] });
    iam.on(DetachUserPolicyCommand).resolves({});
    iam.on(DetachRolePolicyCommand).rejects(refused('NoSuchEntityException'));
    expect(await fence.close(USER, AT_MS)).toMatchObject([{ state: 'observed' }]);
    await fence.open(USER);
    await fence.open(ROLE);
    expect(iam.commandCalls(DetachUserPolicyCommand)[0]?.args[0].input).toEqual({
      UserName: 'mallory',
      PolicyArn: POLICY,
    });
    expect(iam.commandCalls(DetachRolePolicyCommand)).toHaveLength(1);
  });

  test('what is not seen to be attached is asked and no more', async () => {
    iam.on(AttachRolePolicyCommand).resolves({});
    iam.on(ListAttachedRolePoliciesCommand).resolves({ AttachedPolicies: [] });
    expect(await fence.close(ROLE, AT_MS)).toMatchObject([{ state: 'asked' }]);
  });

  test.each([
    'arn:aws:iam::444455556666:role/Shop',
    'arn:aws:sts::111122223333:assumed-role/Shop/shop-1',
    'crawler',
    'secretsmanager.amazonaws.com',
  ])('%s is nobody’s role here: nothing is asked of IAM, and it is said', async (principal) => {
    expect(fence.plan(principal)).toMatchObject([
      { layer: 'policy', does: expect.stringMatching(/^nothing/) },
    ]);
    expect(await fence.close(principal, AT_MS)).toMatchObject([{ state: 'not enforceable here' }]);
    await fence.open(principal);
    expect(iam.calls()).toEqual([]);
  });

  test.each(['NoSuchEntityException', 'LimitExceededException'])(
    '%s leaves it open, and is said',
    async (name) => {
      iam.on(AttachRolePolicyCommand).rejects(refused(name));
      expect(await fence.close(ROLE, AT_MS)).toMatchObject([
        { state: 'not enforceable here', detail: `IAM says ${name}` },
      ]);
    },
  );

  test('who may not attach it is told which right is missing, and what is safe', async () => {
    iam.on(AttachRolePolicyCommand).rejects(refused('AccessDeniedException'));
    await expect(fence.close(ROLE, AT_MS)).rejects.toMatchObject({
      message: expect.stringContaining('iam:AttachRolePolicy') as string,
      safe: 'Rekey’s own resolver refuses it.',
    });
    iam.on(DetachRolePolicyCommand).rejects(refused('AccessDeniedException'));
    await expect(fence.open(ROLE)).rejects.toMatchObject({
      message: expect.stringContaining('iam:DetachRolePolicy') as string,
    });
  });
});
