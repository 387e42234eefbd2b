import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetPolicyVersionCommand,
  type IAMClient,
  ListPolicyVersionsCommand,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { RekeyError } from '../../../domain/errors.ts';
import { translate, vendorName } from '../vendor-error.ts';
import {
  deniesReaders,
  type ReaderFencePlace,
  readerFenceArn,
  renderReaderFence,
} from './reader-fence-policy.ts';

/** Versions that IAM keeps of a managed policy (its quotas). */
const MOST_VERSIONS = 5;

export interface ReaderFenceState {
  /** Whether the version that is the default fences. */
  readonly closed: boolean;
  readonly defaultVersion: string;
  /** The newest that fences; missing where none was rendered. */
  readonly closingVersion?: string;
  /** The newest that does not fence: making it the default lifts the fence. */
  readonly openingVersion?: string;
}

/** The managed policy that every reader of a stage carries: its default version says whether all of them are fenced. */
export interface ReaderFence {
  readonly arn: string;
  /** Null where the stage has none. */
  look(): Promise<ReaderFenceState | null>;
  /**
   * Deployments alone: sees to it that the version that fences is there, and leaves the default as it is. A policy has at most
   * five versions: where they are all taken the oldest that is not the default goes. Idempotent.
   */
  prepare(): Promise<void>;
  /**
   * Makes the version that fences the default and looks; idempotent, `false` where it was before. `NotFound`
   * `reader-fence-missing`, where there is no policy or no such version.
   */
  close(): Promise<boolean>;
}

interface Version {
  readonly id: string;
  readonly isDefault: boolean;
  readonly document: string;
}

export function createReaderFence(client: IAMClient, place: ReaderFencePlace): ReaderFence {
  const arn = readerFenceArn(place);
  const wanted = renderReaderFence(place);

  function failed(error: unknown, permission: string, safe: string): unknown {
    return translate(error, { permission: `iam:${permission}`, about: arn, safe, mayHaveHappened: true });
  }

  /** Newest first; null where there is no such policy. */
  async function versions(): Promise<Version[] | null> {
    try {
      // Five at most: one page.
      const { Versions = [] } = await client.send(new ListPolicyVersionsCommand({ PolicyArn: arn }));
      const read = Versions.map(async ({ VersionId: id = '', IsDefaultVersion }): Promise<Version> => {
        const { PolicyVersion } = await client.send(
          new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: id }),
        );
        return {
          id,
          isDefault: IsDefaultVersion === true,
          document: decodeURIComponent(PolicyVersion?.Document ?? ''),
        };
      });
      return (await Promise.all(read)).sort((one, other) => numberOf(other) - numberOf(one));
    } catch (error) {
      if (vendorName(error) === 'NoSuchEntityException') return null;
      throw failed(error, 'ListPolicyVersions, iam:GetPolicyVersion', 'Nothing was changed.');
    }
  }

  async function remove(version: Version): Promise<void> {
    try {
      await client.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: version.id }));
    } catch (error) {
      if (vendorName(error) !== 'NoSuchEntityException')
        throw failed(error, 'DeletePolicyVersion', 'The default version is what it was.');
    }
  }

  async function look(): Promise<ReaderFenceState | null> {
    const found = await versions();
    const standing = found?.find(({ isDefault }) => isDefault);
    if (found === null || standing === undefined) return null;
    const closing = found.find(({ document }) => deniesReaders(document, place));
    const opening = found.find(({ document }) => !deniesReaders(document, place));
    return {
      closed: deniesReaders(standing.document, place),
      defaultVersion: standing.id,
      ...(closing === undefined ? {} : { closingVersion: closing.id }),
      ...(opening === undefined ? {} : { openingVersion: opening.id }),
    };
  }

  return {
    arn,
    look,

    async prepare() {
      const found = await versions();
      if (found === null) throw missing(arn, 'there is no policy');
      if (found.some(({ document }) => sameDocument(document, wanted))) return;
      if (found.length >= MOST_VERSIONS) {
        const oldest = found.findLast(({ isDefault }) => !isDefault);
        if (oldest !== undefined) await remove(oldest);
      }
      try {
        await client.send(
          new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: wanted, SetAsDefault: false }),
        );
      } catch (error) {
        throw failed(error, 'CreatePolicyVersion', 'The default version is what it was.');
      }
    },

    async close() {
      const before = await look();
      if (before === null) throw missing(arn, 'there is no policy');
      if (before.closed) return false;
      if (before.closingVersion === undefined) throw missing(arn, 'no version that fences was rendered of');
      try {
        await client.send(
          new SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId: before.closingVersion }),
        );
      } catch (error) {
        throw failed(error, 'SetDefaultPolicyVersion', 'Readers are as fenced as they were.');
      }
      return true;
    },
  };
}

function numberOf({ id }: Version): number {
  return Number(id.replace(/^v/, ''));
}

/** IAM keeps a document as it was written, its blanks too. */
function sameDocument(one: string, other: string): boolean {
  return JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other));
}

function missing(arn: string, what: string): RekeyError {
  return new RekeyError({
    code: 'reader-fence-missing',
    family: 'NotFound',
    message: `${what} ${arn}`,
    safe: 'Readers are as fenced as they were.',
    next: ['npm run deploy -- --stage STAGE'],
  });
}
