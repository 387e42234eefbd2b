import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ReadAs } from '../../shared/ports/store.ts';
import { answered, NOWHERE } from './memory-client.ts';
import { vendor } from './vendor.ts';

interface Version {
  readonly value: string;
  readonly keyId: string;
  readonly labels: Set<string>;
}

interface Secret {
  keyId: string;
  readonly versions: Map<string, Version>;
}

interface Input {
  readonly Name: string;
  readonly SecretId: string;
  readonly SecretIdList: readonly string[];
  readonly ClientRequestToken: string;
  readonly SecretString: string;
  readonly KmsKeyId: string;
  readonly VersionId: string;
  readonly VersionStage: string;
  readonly VersionStages: readonly string[];
  readonly MoveToVersionId: string;
  readonly RemoveFromVersionId?: string;
}

/** What Secrets Manager asks of KMS: none where the value or the key is not touched. */
export type KmsCall = 'GenerateDataKey' | 'Decrypt';

export interface MemorySecretsManager {
  readonly clientAs: (as: ReadAs) => SecretsManagerClient;
  /** The version that the label `AWSCURRENT` of a name is on. */
  readonly current: (name: string) => string | null;
}

/**
 * Secrets Manager in this process, as far as Rekey calls it. Held to the store's contract suite. Which calls of KMS stand behind
 * a call: "Secret encryption and decryption in AWS Secrets Manager", User Guide (a new value: `GenerateDataKey`; a value read:
 * `Decrypt`; a key established or changed: both, to see whether the caller may).
 */
export function memorySecretsManager(
  useKey: (keyId: string, reads: boolean) => void,
  onKms: (call: KmsCall) => void = () => undefined,
): MemorySecretsManager {
  const secrets = new Map<string, Secret>();

  function find(name: string): Secret {
    const secret = secrets.get(name);
    if (secret === undefined) throw vendor('ResourceNotFoundException');
    return secret;
  }

  function establish(keyId: string): void {
    onKms('GenerateDataKey');
    onKms('Decrypt');
    useKey(keyId, false);
  }

  function label(secret: Secret, name: string, versionId: string): void {
    const before = [...secret.versions].find(([, { labels }]) => labels.has(name));
    before?.[1].labels.delete(name);
    secret.versions.get(versionId)?.labels.add(name);
    if (name === 'AWSCURRENT' && before !== undefined && before[0] !== versionId)
      label(secret, 'AWSPREVIOUS', before[0]);
  }

  function addVersion(secret: Secret, { ClientRequestToken: id, SecretString: value }: Input): boolean {
    const standing = secret.versions.get(id);
    if (standing !== undefined && standing.value !== value) throw vendor('ResourceExistsException');
    onKms('GenerateDataKey');
    useKey(secret.keyId, false);
    if (standing === undefined) secret.versions.set(id, { value, keyId: secret.keyId, labels: new Set() });
    return standing === undefined;
  }

  const currentOf = (secret: Secret): string | null =>
    [...secret.versions].find(([, { labels }]) => labels.has('AWSCURRENT'))?.[0] ?? null;

  function read(secret: Secret, versionId: string, as: ReadAs): object {
    const version = secret.versions.get(versionId);
    if (version === undefined) throw vendor('ResourceNotFoundException');
    onKms('Decrypt');
    useKey(version.keyId, as === 'reader');
    return { VersionId: versionId, SecretString: version.value };
  }

  function moveLabel({ SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId }: Input): object {
    const secret = find(SecretId);
    if (!secret.versions.has(MoveToVersionId)) throw vendor('ResourceNotFoundException');
    const on = [...secret.versions].find(([, { labels }]) => labels.has(VersionStage))?.[0];
    if (on !== undefined && on !== RemoveFromVersionId) throw vendor('InvalidParameterException');
    label(secret, VersionStage, MoveToVersionId);
    return {};
  }

  function answer(call: string, input: Input, as: ReadAs): object {
    switch (call) {
      case 'CreateSecret': {
        if (secrets.has(input.Name)) throw vendor('ResourceExistsException');
        establish(input.KmsKeyId);
        const secret: Secret = { keyId: input.KmsKeyId, versions: new Map() };
        addVersion(secret, input);
        label(secret, 'AWSCURRENT', input.ClientRequestToken);
        secrets.set(input.Name, secret);
        return {};
      }
      case 'UpdateSecret':
        establish(input.KmsKeyId);
        find(input.SecretId).keyId = input.KmsKeyId;
        return {};
      case 'PutSecretValue': {
        const secret = find(input.SecretId);
        if (addVersion(secret, input))
          for (const name of input.VersionStages) label(secret, name, input.ClientRequestToken);
        return {};
      }
      case 'UpdateSecretVersionStage':
        return moveLabel(input);
      case 'DescribeSecret': {
        const { keyId, versions } = find(input.SecretId);
        const labelled = [...versions].filter(([, { labels }]) => labels.size > 0);
        return {
          KmsKeyId: keyId,
          VersionIdsToStages: Object.fromEntries(labelled.map(([id, { labels }]) => [id, [...labels]])),
        };
      }
      case 'ListSecretVersionIds':
        return {
          Versions: [...find(input.SecretId).versions].map(([VersionId, { keyId }]) => ({
            VersionId,
            KmsKeyIds: [keyId],
          })),
        };
      case 'GetSecretValue':
        return read(find(input.SecretId), input.VersionId, as);
      default:
        throw new Error(`no double of ${call}`);
    }
  }

  return {
    clientAs: (as) =>
      answered(new SecretsManagerClient(NOWHERE), (call, input: Input) => answer(call, input, as)),
    current(name) {
      const secret = secrets.get(name);
      return secret === undefined ? null : currentOf(secret);
    },
  };
}
