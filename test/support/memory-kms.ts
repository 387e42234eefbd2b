import { randomUUID } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { isClosed } from '../../shared/adapters/aws/kms/key-policy.ts';
import { answered, NOWHERE } from './memory-client.ts';
import { vendor } from './vendor.ts';

interface Key {
  readonly arn: string;
  policy: string;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
}

interface Input {
  readonly KeyId: string;
  readonly TargetKeyId: string;
  readonly AliasName: string;
  readonly Policy: string;
}

export interface MemoryKms {
  readonly client: KMSClient;
  /** Throws what Secrets Manager passes on where the key cannot be used, or is closed to a reader. */
  readonly use: (keyId: string, reads: boolean) => void;
}

const DELETED_AT = new Date('2026-12-02T03:00:00.000Z');

/** KMS's keys and aliases in this process, as far as Rekey calls them. Held to the keys' contract suite. Closed is closed to readers. */
export function memoryKms(): MemoryKms {
  const keys = new Map<string, Key>();
  const aliases = new Map<string, string>();

  function find(id: string): Key {
    const bare = (aliases.get(id) ?? id).replace(/^.*\//, '');
    const key = keys.get(bare);
    if (key === undefined) throw vendor('NotFoundException');
    return key;
  }

  const shown = ({ arn, state }: Key) => ({
    KeyMetadata: {
      Arn: arn,
      KeyId: arn.replace(/^.*\//, ''),
      KeyState: state,
      ...(state === 'PendingDeletion' ? { DeletionDate: DELETED_AT } : {}),
    },
  });

  function changeState(id: string, to: Key['state']): object {
    const key = find(id);
    if (key.state === 'PendingDeletion')
      throw vendor('KMSInvalidStateException', `${id} is pending deletion.`);
    key.state = to;
    return { DeletionDate: DELETED_AT };
  }

  function nameAlias(name: string, target: string): object {
    aliases.set(name, find(target).arn);
    return {};
  }

  const client = answered(new KMSClient(NOWHERE), (call, input: Input) => {
    switch (call) {
      case 'CreateKey': {
        const id = randomUUID();
        const key: Key = {
          arn: `arn:aws:kms:us-east-1:111122223333:key/${id}`,
          policy: input.Policy,
          state: 'Enabled',
        };
        keys.set(id, key);
        return shown(key);
      }
      case 'DescribeKey':
        return shown(find(input.KeyId));
      case 'GetKeyPolicy':
        return { Policy: find(input.KeyId).policy };
      case 'PutKeyPolicy':
        find(input.KeyId).policy = input.Policy;
        return {};
      case 'CreateAlias':
        if (aliases.has(input.AliasName)) throw vendor('AlreadyExistsException');
        return nameAlias(input.AliasName, input.TargetKeyId);
      case 'UpdateAlias':
        return nameAlias(input.AliasName, input.TargetKeyId);
      case 'ListAliases':
        return { Aliases: [...aliases.keys()].map((AliasName) => ({ AliasName })), Truncated: false };
      case 'TagResource':
        return {};
      case 'DisableKey':
        return changeState(input.KeyId, 'Disabled');
      case 'EnableKey':
        return changeState(input.KeyId, 'Enabled');
      case 'ScheduleKeyDeletion':
        return changeState(input.KeyId, 'PendingDeletion');
      default:
        throw new Error(`no double of ${call}`);
    }
  });
  return {
    client,
    use(keyId, reads) {
      const { state, policy } = find(keyId);
      if (state === 'PendingDeletion')
        throw vendor('KMSInvalidStateException', `${keyId} is pending deletion.`);
      if (state === 'Disabled') throw vendor('DisabledException', `${keyId} is disabled.`);
      if (reads && isClosed(policy)) throw vendor('AccessDeniedException', 'Access to KMS is not allowed');
    },
  };
}
