/** Roles by their ARNs. What each may do with a class epoch's key is in `renderKeyPolicy`. */
export interface KeyRoles {
  readonly account: string;
  readonly region: string;
  /** Of the stage: what its secrets' names begin with. No other secret can be under its keys. */
  readonly secretPrefix: string;
  /** Who reads secrets: wildcards as in `ArnLike`. */
  readonly readers: readonly string[];
  /** Who writes new versions, and reads those back, in routine and break-glass. */
  readonly reissuers: readonly string[];
  /** Who does so in routine alone. */
  readonly rotators: readonly string[];
  /** Who tries old values at their targets, and works there as an admin whose credential is not yet re-issued. */
  readonly provers: readonly [string, ...string[]];
  /** Who opens the epochs' fingerprint keys, and no value. */
  readonly comparers: readonly string[];
  /** Who makes keys and gives them their names. */
  readonly makers: readonly string[];
  /** Who closes and opens keys: nobody else writes a policy. */
  readonly fenceOperators: readonly [string, ...string[]];
  /** Who destroys keys that nothing names any more. */
  readonly destroyers: readonly string[];
  /** Who may switch a key off, and nothing else, when all of Rekey is down. */
  readonly responders: readonly string[];
}

/**
 * `open`: readers read. `not-yet-open`: a new epoch's, closed to all but who fills it. `over`: an old epoch's, closed to all
 * but who proves its versions dead, and to new versions.
 */
export type Door = 'open' | 'not-yet-open' | 'over';

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal: { readonly AWS: string };
  readonly Action: readonly string[];
  readonly Resource: '*';
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

const CLOSED = 'ClosedToReaders';

/** Of secrets' names, as `fingerprintKeyName` and `secretName` make them. */
const FINGERPRINT_KEYS = '_fingerprints/*';

/** What looking at a key takes: `EpochKeys.list` and `ensure`. */
const LOOK = ['kms:DescribeKey', 'kms:GetKeyPolicy'];

/** What Secrets Manager calls in the name of who writes: also to see whether he may (`RequestToValidateKeyAccess`). */
const WRITE = ['kms:GenerateDataKey', 'kms:Decrypt'];

/**
 * The policy of a class epoch's key: the whole of who may do what with it.
 *
 * - Each permission is given to the account under a condition on `aws:PrincipalArn`, not to the role as principal: KMS refuses a
 *   whole policy that names a principal which does not exist, so one deleted reader would keep the fence from falling. It also
 *   means that the role's own policies must allow it too. Whether KMS's lock-out check follows that condition only a real
 *   account confirms; it is asked of fence operators alone, for makers do not write the policy again.
 * - Nobody has `kms:Encrypt`, `ReEncrypt` or `CreateGrant`: without the first, changing a secret's key carries no old value over
 *   to the new one (documented at `UpdateSecret`), and a grant would outlive a closing.
 * - Values are used through Secrets Manager alone, and only those of this stage.
 * - What fingerprints are made with is a value that no reader reads. Who compares opens it, also while the class is closed: it
 *   lets nobody in anywhere. He opens nothing else, whatever a statement says that somebody adds.
 * - Denials speak of values alone, never of administration: who may lift a fence can always do so, and behind him the account's
 *   root user (`aws:PrincipalType` `Account`: not who acts for the account by IAM).
 *
 * Partition `aws`.
 */
export function renderKeyPolicy(door: Door, roles: KeyRoles): string {
  const account = `arn:aws:iam::${roles.account}:root`;

  function allow(
    Sid: string,
    who: readonly string[],
    Action: readonly string[],
    condition: Statement['Condition'] = {},
  ): Statement[] {
    if (who.length === 0) return [];
    const Condition = { ...condition, ArnLike: { 'aws:PrincipalArn': who } };
    return [{ Sid, Effect: 'Allow', Principal: { AWS: account }, Action, Resource: '*', Condition }];
  }

  function deny(Sid: string, Action: readonly string[], exempt: readonly string[]): Statement {
    const everybody = { Sid, Effect: 'Deny', Principal: { AWS: '*' }, Action, Resource: '*' } as const;
    return exempt.length === 0
      ? everybody
      : { ...everybody, Condition: { ArnNotLike: { 'aws:PrincipalArn': exempt } } };
  }

  function denyValues(who: readonly string[]): Statement[] {
    if (who.length === 0) return [];
    const Condition = {
      ArnLike: { 'aws:PrincipalArn': who },
      StringNotLike: named(FINGERPRINT_KEYS),
    };
    const Action = ['kms:Decrypt', 'kms:GenerateDataKey*'];
    return [
      {
        Sid: 'ComparersReadNoValue',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action,
        Resource: '*',
        Condition,
      },
    ];
  }

  const secrets = `arn:aws:secretsmanager:${roles.region}:${roles.account}:secret:${roles.secretPrefix}/`;
  const named = (name: string) => ({ 'kms:EncryptionContext:SecretARN': `${secrets}${name}` });
  const byStore = {
    'kms:CallerAccount': roles.account,
    'kms:ViaService': `secretsmanager.${roles.region}.amazonaws.com`,
  };
  const throughStore = { StringEquals: byStore, StringLike: named('*') };
  const valuesAlone = { ...throughStore, StringNotLike: named(FINGERPRINT_KEYS) };
  const fingerprintKeysAlone = { StringEquals: byStore, StringLike: named(FINGERPRINT_KEYS) };

  const administration: Statement[] = [
    {
      Sid: 'RootUserRecovers',
      Effect: 'Allow',
      Principal: { AWS: account },
      Action: [...LOOK, 'kms:PutKeyPolicy', 'kms:EnableKey', 'kms:CancelKeyDeletion'],
      Resource: '*',
      Condition: { StringEquals: { 'aws:PrincipalType': 'Account' } },
    },
    ...allow('FenceOperatorAdministers', roles.fenceOperators, [
      ...LOOK,
      'kms:PutKeyPolicy',
      'kms:EnableKey',
    ]),
    ...allow('MakersName', roles.makers, [...LOOK, 'kms:CreateAlias', 'kms:UpdateAlias']),
    ...allow('DestroyerDestroys', roles.destroyers, [
      ...LOOK,
      'kms:EnableKey',
      'kms:DisableKey',
      'kms:ScheduleKeyDeletion',
    ]),
    ...allow('ResponderSwitchesOff', roles.responders, ['kms:DescribeKey', 'kms:DisableKey']),
    ...allow('WorkersLook', [...roles.reissuers, ...roles.rotators], LOOK),
    deny('NothingIsCarriedOver', ['kms:Encrypt', 'kms:ReEncrypt*', 'kms:CreateGrant'], []),
    ...allow('ComparersCompare', roles.comparers, ['kms:Decrypt'], fingerprintKeysAlone),
    ...denyValues(roles.comparers),
  ];

  const doors: Readonly<Record<Door, () => Statement[]>> = {
    open: () => [
      ...allow('ReadersRead', roles.readers, ['kms:Decrypt'], valuesAlone),
      ...allow('ProversProve', roles.provers, ['kms:Decrypt'], throughStore),
      ...allow('WorkersWrite', [...roles.reissuers, ...roles.rotators], WRITE, throughStore),
    ],
    'not-yet-open': () => [
      ...allow('WorkersWrite', roles.reissuers, WRITE, throughStore),
      deny(CLOSED, ['kms:Decrypt', 'kms:GenerateDataKey*'], [...roles.reissuers, ...roles.comparers]),
    ],
    over: () => [
      ...allow('ProverProves', roles.provers, ['kms:Decrypt'], throughStore),
      deny(CLOSED, ['kms:Decrypt'], [...roles.provers, ...roles.comparers]),
      deny('NothingNewUnderIt', ['kms:GenerateDataKey*'], []),
    ],
  };

  return JSON.stringify({ Version: '2012-10-17', Statement: [...administration, ...doors[door]()] });
}

/** Read from the policy itself, which is what KMS goes by. What is not known to be closed is open. */
export function isClosed(policy: string): boolean {
  const { Statement } = JSON.parse(policy) as { readonly Statement?: readonly { readonly Sid?: string }[] };
  return Statement?.some(({ Sid }) => Sid === CLOSED) === true;
}
