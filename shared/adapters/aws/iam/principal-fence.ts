import {
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
} from '@aws-sdk/client-iam';
import type { LayerState } from '../../../domain/quarantine/record.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { PrincipalFence } from '../../../ports/principal-fence.ts';
import { translate, vendorName } from '../vendor-error.ts';
import type { ReaderFencePlace } from './reader-fence-policy.ts';

/**
 * The managed policy that refuses whoever carries it the stage’s secrets and their keys (deploy/resources/quarantine.yml). Rekey may
 * attach and detach this one alone: to write policies of its own it would need a right by which it could grant itself any.
 */
function quarantinePolicyArn({ partition, account, region, prefix }: ReaderFencePlace): string {
  return `arn:${partition}:iam::${account}:policy/${prefix}-quarantine-${region}`;
}

interface Known {
  readonly kind: 'role' | 'user';
  readonly name: string;
}

/** Attaches the stage’s policy of quarantines to a role or a user of its own account. */
export function createIamPrincipalFence(
  client: IAMClient,
  place: ReaderFencePlace,
  clock: Pick<Clock, 'nowMs'>,
): PrincipalFence {
  const PolicyArn = quarantinePolicyArn(place);

  function known(principal: string): Known | null {
    const [, account, kind, name] =
      /^arn:[a-z-]+:iam::(\d{12}):(role|user)\/(?:.+\/)?([\w+=,.@-]+)$/.exec(principal) ?? [];
    if (account !== place.account || name === undefined) return null;
    return { kind: kind === 'role' ? 'role' : 'user', name };
  }

  async function call<T>(permission: string, principal: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translate(error, {
        permission: `iam:${permission}`,
        about: principal,
        safe: 'Rekey’s own resolver refuses it.',
        mayHaveHappened: true,
      });
    }
  }

  async function isAttached({ kind, name }: Known): Promise<boolean> {
    let Marker: string | undefined;
    do {
      const page =
        kind === 'role'
          ? await client.send(new ListAttachedRolePoliciesCommand({ RoleName: name, Marker }))
          : await client.send(new ListAttachedUserPoliciesCommand({ UserName: name, Marker }));
      if (page.AttachedPolicies?.some((policy) => policy.PolicyArn === PolicyArn) === true) return true;
      Marker = page.IsTruncated === true ? page.Marker : undefined;
    } while (Marker !== undefined);
    return false;
  }

  const layer = (state: LayerState['state'], detail: string): LayerState[] => [
    { layer: 'policy', state, atMs: clock.nowMs(), detail },
  ];

  return {
    plan(principal) {
      const does =
        known(principal) === null
          ? 'nothing: it is no role and no user of this account'
          : `${PolicyArn} attached: IAM refuses it every secret and key of this stage, in sessions that it has already too`;
      return [{ layer: 'policy', does }];
    },

    async close(principal) {
      const whom = known(principal);
      if (whom === null) return layer('not enforceable here', 'it is no role and no user of this account');
      const { kind, name } = whom;
      try {
        await (kind === 'role'
          ? client.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }))
          : client.send(new AttachUserPolicyCommand({ UserName: name, PolicyArn })));
      } catch (error) {
        // A name that nobody has any more, or one that carries as many policies as it may: it stands as it stood.
        const why = vendorName(error);
        if (why === 'NoSuchEntityException' || why === 'LimitExceededException')
          return layer('not enforceable here', `IAM says ${why}`);
        await call('AttachRolePolicy, iam:AttachUserPolicy', principal, () => Promise.reject(error));
      }
      const attached = await call('ListAttachedRolePolicies, iam:ListAttachedUserPolicies', principal, () =>
        isAttached(whom),
      );
      return attached
        ? layer('observed', `${PolicyArn} is attached; IAM takes seconds to ask it everywhere`)
        : layer('asked', `${PolicyArn} is not seen to be attached yet`);
    },

    async open(principal) {
      const whom = known(principal);
      if (whom === null) return;
      try {
        await (whom.kind === 'role'
          ? client.send(new DetachRolePolicyCommand({ RoleName: whom.name, PolicyArn }))
          : client.send(new DetachUserPolicyCommand({ UserName: whom.name, PolicyArn })));
      } catch (error) {
        if (vendorName(error) !== 'NoSuchEntityException')
          await call('DetachRolePolicy, iam:DetachUserPolicy', principal, () => Promise.reject(error));
      }
    },
  };
}
