import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import type { AccessKey } from './access-key.ts';
import type { Clients } from './clients.ts';
import { isGone } from './iam-answer.ts';

export interface User {
  readonly name: string;
  /** `AIDA…`: unchanged by a rename, never given twice. */
  readonly id: string;
}

/** A key as IAM lists it. */
export interface ListedKey {
  readonly id: string;
  readonly active: boolean;
  /** By IAM's clock, in whole seconds. */
  readonly createdAtMs: number;
}

export interface LastUse {
  readonly at: string;
  readonly service: string;
  readonly region: string;
}

/** IAM's calls about users and their keys. Each throws what IAM answers, but for what is gone already. */
export interface UserKeys {
  userNamed(name: string): Promise<User | null>;
  userWithId(id: string): Promise<User | null>;
  /** Null where there is no such user. Two at most, so one page. */
  list(userName: string): Promise<ListedKey[] | null>;
  /** Null where it was never used, as far as IAM knows. */
  lastUse(keyId: string): Promise<LastUse | null>;
  turn(userName: string, keyId: string, status: 'Active' | 'Inactive'): Promise<void>;
  remove(userName: string, keyId: string): Promise<void>;
  create(userName: string): Promise<{ readonly key: AccessKey; readonly createdAt: Date }>;
}

export function createUserKeys({ iam, iamOnce }: Clients, signal: AbortSignal): UserKeys {
  const options = { abortSignal: signal };
  return {
    async userNamed(name) {
      try {
        const { User } = await iam.send(new GetUserCommand({ UserName: name }), options);
        return User?.UserId === undefined ? null : { name, id: User.UserId };
      } catch (error) {
        if (isGone(error)) return null;
        throw error;
      }
    },

    async userWithId(id) {
      let marker: string | undefined;
      do {
        const page = await iam.send(new ListUsersCommand({ MaxItems: 1_000, Marker: marker }), options);
        const found = page.Users?.find(({ UserId }) => UserId === id);
        if (found?.UserName !== undefined) return { name: found.UserName, id };
        marker = page.IsTruncated === true ? page.Marker : undefined;
      } while (marker !== undefined);
      return null;
    },

    async list(userName) {
      try {
        const { AccessKeyMetadata = [] } = await iam.send(
          new ListAccessKeysCommand({ UserName: userName }),
          options,
        );
        return AccessKeyMetadata.map(({ AccessKeyId = '', Status, CreateDate }) => ({
          id: AccessKeyId,
          active: Status === 'Active',
          createdAtMs: CreateDate?.getTime() ?? 0,
        })).sort((one, other) => one.createdAtMs - other.createdAtMs);
      } catch (error) {
        if (isGone(error)) return null;
        throw error;
      }
    },

    async lastUse(keyId) {
      const { AccessKeyLastUsed } = await iam.send(
        new GetAccessKeyLastUsedCommand({ AccessKeyId: keyId }),
        options,
      );
      const { LastUsedDate, ServiceName = '', Region = '' } = AccessKeyLastUsed ?? {};
      if (LastUsedDate === undefined) return null;
      return { at: LastUsedDate.toISOString(), service: ServiceName, region: Region };
    },

    async turn(userName, keyId, status) {
      await iam.send(
        new UpdateAccessKeyCommand({ UserName: userName, AccessKeyId: keyId, Status: status }),
        options,
      );
    },

    async remove(userName, keyId) {
      try {
        await iam.send(new DeleteAccessKeyCommand({ UserName: userName, AccessKeyId: keyId }), options);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },

    async create(userName) {
      const { AccessKey: made } = await iamOnce.send(
        new CreateAccessKeyCommand({ UserName: userName }),
        options,
      );
      return {
        key: { id: made?.AccessKeyId ?? '', secret: made?.SecretAccessKey ?? '' },
        createdAt: made?.CreateDate ?? new Date(0),
      };
    },
  };
}
