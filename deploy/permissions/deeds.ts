import { type Door, renderKeyPolicy } from '../../shared/adapters/aws/kms/key-policy.ts';
import { blockName, checkpointName } from '../../shared/domain/audit/archive-names.ts';
import type { Stack } from './stack.ts';

/** One call that a deed takes. */
export interface Step {
  readonly action: string;
  readonly resource: string;
  readonly resourcePolicy?: object | null;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** What one may do, in the words of the product. */
export interface Deed {
  readonly name: string;
  /** The calls that it is judged by, for a reader of the page. */
  readonly judgedBy: string;
  /** Any of these does it; each takes all of its steps. */
  readonly ways: readonly (readonly Step[])[];
}

export interface Subject {
  readonly name: string;
  readonly deeds: readonly Deed[];
}

/** Every deed that the page speaks of, on the resources of this stack. */
export function subjectsOf(stack: Stack): readonly Subject[] {
  const { account, region } = stack.place;
  const prefix = stack.keyRoles.secretPrefix;
  const secret = `arn:aws:secretsmanager:${region}:${account}:secret:${prefix}/payments/ledger-AbCdEf`;
  const epochKey = `arn:aws:kms:${region}:${account}:key/11111111-2222-4333-8444-555555555555`;
  const epochAlias = `arn:aws:kms:${region}:${account}:alias/${prefix}/class/payments/2`;

  const any = (steps: readonly Step[]): Step[][] => steps.map((step) => [step]);
  const onAll = (actions: readonly string[], resources: readonly string[]): Step[] =>
    actions.flatMap((action) => resources.map((resource) => ({ action, resource })));

  const functions = stack.namesOf('AWS::Lambda::Function').map(stack.arnOf);
  const machine = stack.arnOf('BreakGlass');
  const execution = `${machine.replace(':stateMachine:', ':execution:')}:inc-1`;

  /** A call on the key of a class epoch, in a state of that key. */
  const onKey = (action: string, door: Door, context: Readonly<Record<string, string>> = {}): Step => ({
    action,
    resource: epochKey,
    resourcePolicy: JSON.parse(renderKeyPolicy(door, stack.keyRoles)) as object,
    context: { 'aws:ResourceTag/rekey:stage': prefix, ...context },
  });
  const throughStore = {
    'kms:ViaService': `secretsmanager.${region}.amazonaws.com`,
    'kms:EncryptionContext:SecretARN': secret,
  };
  const readsUnder = (door: Door): Step[] => [
    { action: 'secretsmanager:GetSecretValue', resource: secret },
    onKey('kms:Decrypt', door, throughStore),
  ];
  /** One of its two secrets, by its name in Secrets Manager (`DOCUMENTED_CONFIG`). */
  const ofSlack = (name: string): Step[] => {
    const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${prefix}/slack/${name}-AbCdEf`;
    const context = { ...throughStore, 'kms:EncryptionContext:SecretARN': arn };
    return [
      { action: 'secretsmanager:GetSecretValue', resource: arn },
      onKey('kms:Decrypt', 'open', context),
    ];
  };
  const opensFingerprintKey = (door: Door): Step[] => {
    const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${prefix}/_fingerprints/11111111-2222-5333-8444-555555555555-AbCdEf`;
    const context = { ...throughStore, 'kms:EncryptionContext:SecretARN': arn };
    return [{ action: 'secretsmanager:GetSecretValue', resource: arn }, onKey('kms:Decrypt', door, context)];
  };
  const writesUnder = (door: Door): Step[] => [
    { action: 'secretsmanager:PutSecretValue', resource: secret },
    onKey('kms:GenerateDataKey', door, throughStore),
  ];
  const DOORS: readonly Door[] = ['open', 'not-yet-open', 'over'];
  const administers = (action: string): Step[][] => any(DOORS.map((door) => onKey(action, door)));

  /** A policy of a role or a user of the account. */
  const policed = (actions: readonly string[], policy: string): Step[][] =>
    any(
      actions.map((action) => ({
        action: `iam:${action}`,
        resource: `arn:aws:iam::${account}:${action.includes('User') ? 'user' : 'role'}/shop`,
        context: { 'iam:PolicyARN': policy },
      })),
    );

  const becomes = (name: string): Step[][] => [
    [
      {
        action: 'sts:AssumeRole',
        resource: stack.arnOf(name),
        resourcePolicy: stack.roles.get(name)?.trust ?? null,
      },
    ],
  ];

  const item = (table: string, action: string, key: string): Step => ({
    action: `dynamodb:${action}`,
    resource: stack.arnOf(table),
    context: { 'dynamodb:LeadingKeys': [key] },
  });
  const removes = (table: string, key: string): Step[][] =>
    any([
      ...['DeleteItem', 'BatchWriteItem', 'PartiQLDelete'].map((action) => item(table, action, key)),
      ...onAll(
        ['dynamodb:DeleteTable', 'dynamodb:UpdateTable', 'dynamodb:UpdateTimeToLive'],
        [stack.arnOf(table)],
      ),
    ]);
  const looks = (table: string, key: string): Step[] => [
    ...['GetItem', 'BatchGetItem', 'Query', 'Scan', 'PartiQLSelect'].map((action) =>
      item(table, action, key),
    ),
    ...onAll(['dynamodb:ExportTableToPointInTime'], [stack.arnOf(table)]),
  ];
  const inArchive = (action: string, key: string): Step => ({
    action: `s3:${action}`,
    resource: `${stack.arnOf('Archive')}/${key}`,
    resourcePolicy: stack.resourcePolicyOf('Archive'),
  });
  const BLOCK = blockName(prefix, 1);
  const CHECKPOINT = checkpointName(prefix, 1);
  const PACKETS = ['packets/inc-1-1.json', 'packets/inc-1-1.html'];
  const ARCHIVED = [BLOCK, CHECKPOINT, ...PACKETS];
  const onBucket = (action: string): Step => ({
    action: `s3:${action}`,
    resource: stack.arnOf('Archive'),
    resourcePolicy: stack.resourcePolicyOf('Archive'),
  });

  /** By its URL: Lambda asks for both. */
  const called = (front: string): Step[] => {
    const resource = stack.arnOf(`${front}LambdaFunction`);
    return [
      {
        action: 'lambda:InvokeFunctionUrl',
        resource,
        context: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' },
      },
      { action: 'lambda:InvokeFunction', resource, context: { 'lambda:InvokedViaFunctionUrl': 'true' } },
    ];
  };

  return [
    {
      name: 'The control plane',
      deeds: [
        {
          name: 'call a function, past its URL',
          judgedBy: '`lambda:InvokeFunction` on any function of the stage',
          ways: any(onAll(['lambda:InvokeFunction'], functions)),
        },
        {
          name: 'break the glass',
          judgedBy: '`lambda:InvokeFunctionUrl` and `InvokeFunction` on `Control`',
          ways: [called('Control')],
        },
        {
          name: 'request a rotation',
          judgedBy: 'the same',
          ways: [called('Control')],
        },
        {
          name: 'sign a re-opening',
          judgedBy: 'the same on `Approval`',
          ways: [called('Approval')],
        },
        {
          name: 'decide a request',
          judgedBy: 'the same',
          ways: [called('Approval')],
        },
        {
          name: 'enrol, and hand a value in',
          judgedBy: 'the same on `Enrolment`',
          ways: [called('Enrolment')],
        },
        {
          name: 'ask whose value was found',
          judgedBy: 'the same on `Leaks`',
          ways: [called('Leaks')],
        },
        {
          name: 'read by a reference',
          judgedBy: 'the same on `Reader`',
          ways: [called('Reader')],
        },
        {
          name: 'ask for the audit',
          judgedBy: 'the same on `Auditor`',
          ways: [called('Auditor')],
        },
        {
          name: 'confirm a delivery',
          judgedBy: 'the same on `Confirmation`',
          ways: [called('Confirmation')],
        },
        {
          name: 'start the machine',
          judgedBy: '`states:StartExecution` of break-glass',
          ways: any(onAll(['states:StartExecution'], [machine])),
        },
        {
          name: 'start the schedule',
          judgedBy: '`states:StartExecution` of the scheduled rotation',
          ways: any(onAll(['states:StartExecution'], [stack.arnOf('ScheduledRotation')])),
        },
        {
          name: 'start what was requested',
          judgedBy: '`states:StartExecution` of the rotation on request, which waits for people',
          ways: any(onAll(['states:StartExecution'], [stack.arnOf('ManualRotation')])),
        },
        {
          name: 'stop an execution',
          judgedBy: '`states:StopExecution` on an execution of break-glass',
          ways: any(onAll(['states:StopExecution'], [execution])),
        },
        {
          name: 'answer a machine that waits',
          judgedBy: '`states:SendTaskSuccess`, `SendTaskFailure`',
          ways: any(onAll(['states:SendTaskSuccess', 'states:SendTaskFailure'], ['*'])),
        },
        {
          name: 'become the prover',
          judgedBy: '`sts:AssumeRole`, and the prover’s trust',
          ways: becomes('ProverRole'),
        },
        {
          name: 'become the teller',
          judgedBy: '`sts:AssumeRole`, and the teller’s trust',
          ways: becomes('TellerRole'),
        },
        {
          name: 'speak in Slack’s name',
          judgedBy: '`sqs:SendMessage` to the queue of what was said there',
          ways: any(onAll(['sqs:SendMessage'], [stack.arnOf('SlackInbox')])),
        },
        {
          name: 'hear what is said in Slack',
          judgedBy: '`sqs:ReceiveMessage` from it',
          ways: any(onAll(['sqs:ReceiveMessage'], [stack.arnOf('SlackInbox')])),
        },
        {
          name: 'become who reads Slack’s token',
          judgedBy: '`sts:AssumeRole`, and that role’s trust',
          ways: becomes('SlackTokenRole'),
        },
        {
          name: 'become the canary',
          judgedBy: '`sts:AssumeRole`, and the canary’s trust',
          ways: becomes('CanaryRole'),
        },
      ],
    },
    {
      name: 'Values',
      deeds: [
        {
          name: 'read a current value',
          judgedBy: '`GetSecretValue`, and `kms:Decrypt` under an open epoch’s key',
          ways: [readsUnder('open')],
        },
        {
          name: 'read while the class is fenced',
          judgedBy: 'the same under the next epoch’s key, before it is opened',
          ways: [readsUnder('not-yet-open')],
        },
        {
          name: 'read under a closed epoch’s key',
          judgedBy: 'the same under the key that was closed',
          ways: [readsUnder('over')],
        },
        {
          name: 'open what fingerprints are made with',
          judgedBy:
            '`GetSecretValue` of a fingerprint key, and `kms:Decrypt` under its epoch’s, in any state',
          ways: DOORS.map(opensFingerprintKey),
        },
        {
          name: 'write a new version',
          judgedBy: '`PutSecretValue`, and `kms:GenerateDataKey` under an open epoch’s key',
          ways: [writesUnder('open')],
        },
        {
          name: 'write while the class is fenced',
          judgedBy: 'the same under the next epoch’s key, before it is opened',
          ways: [writesUnder('not-yet-open')],
        },
        {
          name: 'write under a closed epoch’s key',
          judgedBy: 'the same under the key that was closed',
          ways: [writesUnder('over')],
        },
        {
          name: 'carry an old value to the next key',
          judgedBy:
            '`UpdateSecret` with `kms:Decrypt` under the closed key and `GenerateDataKey` under the next, or `kms:ReEncryptFrom` and `ReEncryptTo`',
          ways: [
            [
              { action: 'secretsmanager:UpdateSecret', resource: secret },
              onKey('kms:Decrypt', 'over', throughStore),
              onKey('kms:GenerateDataKey', 'not-yet-open', throughStore),
            ],
            [onKey('kms:ReEncryptFrom', 'over'), onKey('kms:ReEncryptTo', 'not-yet-open')],
          ],
        },
        {
          name: 'forge a request of Slack’s',
          judgedBy: '`GetSecretValue` of its signing secret, and `kms:Decrypt`',
          ways: [ofSlack('signing-secret=')],
        },
        {
          name: 'write to Slack as Rekey',
          judgedBy: '`GetSecretValue` of its token, and `kms:Decrypt`',
          ways: [ofSlack('bot-token')],
        },
        {
          name: 'delete a secret',
          judgedBy: '`DeleteSecret`',
          ways: any(onAll(['secretsmanager:DeleteSecret'], [secret])),
        },
      ],
    },
    {
      name: 'Keys of the classes',
      deeds: [
        {
          name: 'make a key',
          judgedBy: '`kms:CreateKey` with the stage’s tag',
          ways: [
            [
              {
                action: 'kms:CreateKey',
                resource: '*',
                context: { 'aws:RequestTag/rekey:stage': prefix, 'aws:TagKeys': ['rekey:stage'] },
              },
            ],
          ],
        },
        {
          name: 'name it an epoch’s',
          judgedBy: '`kms:CreateAlias` on the key and on the alias',
          ways: DOORS.map((door) => [
            onKey('kms:CreateAlias', door),
            { action: 'kms:CreateAlias', resource: epochAlias },
          ]),
        },
        {
          name: 'write a key’s policy',
          judgedBy: '`kms:PutKeyPolicy`, whatever state the key is in',
          ways: administers('kms:PutKeyPolicy'),
        },
        {
          name: 'lift the fence',
          judgedBy: '`PutKeyPolicy` on the closed key and on the next, and `EnableKey` where one is off',
          ways: [
            [
              onKey('kms:PutKeyPolicy', 'over'),
              onKey('kms:PutKeyPolicy', 'not-yet-open'),
              onKey('kms:EnableKey', 'over'),
              onKey('kms:EnableKey', 'not-yet-open'),
            ],
          ],
        },
        {
          name: 'fence all readers at once',
          judgedBy: '`iam:SetDefaultPolicyVersion` on the readers’ fence',
          ways: any(onAll(['iam:SetDefaultPolicyVersion'], [stack.arnOf('ReaderFence')])),
        },
        {
          name: 'quarantine a principal',
          judgedBy: '`iam:AttachRolePolicy` of the stage’s policy of quarantines',
          ways: policed(['AttachRolePolicy', 'AttachUserPolicy'], stack.arnOf('Quarantine')),
        },
        {
          name: 'lift a quarantine',
          judgedBy: '`iam:DetachRolePolicy` of it',
          ways: policed(['DetachRolePolicy', 'DetachUserPolicy'], stack.arnOf('Quarantine')),
        },
        {
          name: 'change what others may do',
          judgedBy: 'any other policy attached, detached or written',
          ways: [
            ...policed(
              ['AttachRolePolicy', 'AttachUserPolicy', 'DetachRolePolicy', 'DetachUserPolicy'],
              'arn:aws:iam::aws:policy/AdministratorAccess',
            ),
            ...any(onAll(['iam:PutRolePolicy', 'iam:PutUserPolicy', 'iam:CreatePolicyVersion'], ['*'])),
          ],
        },
        {
          name: 'disable a key',
          judgedBy: '`kms:DisableKey`',
          ways: administers('kms:DisableKey'),
        },
        {
          name: 'destroy a key',
          judgedBy: '`kms:ScheduleKeyDeletion`',
          ways: administers('kms:ScheduleKeyDeletion'),
        },
        {
          name: 'let somebody in by a grant',
          judgedBy: '`kms:CreateGrant`',
          ways: administers('kms:CreateGrant'),
        },
      ],
    },
    {
      name: 'Registry, audit and archive',
      deeds: [
        {
          name: 'read the registry',
          judgedBy: '`GetItem`, `Query`, `Scan` or an export of what is enrolled and issued',
          ways: any(looks('Registry', 'SECRET#vault://payments/ledger')),
        },
        {
          name: 'change the registry',
          judgedBy: '`PutItem` or `UpdateItem`',
          ways: any(
            ['PutItem', 'UpdateItem'].map((action) =>
              item('Registry', action, 'SECRET#vault://payments/ledger'),
            ),
          ),
        },
        {
          name: 'write down what a consumer said',
          judgedBy: '`PutItem` of a delivery',
          ways: any([item('Registry', 'PutItem', 'INCIDENT#inc-1')]),
        },
        {
          name: 'delete from the ledger',
          judgedBy: 'any way to remove a version from the registry, or the table',
          ways: removes('Registry', 'SECRET#vault://payments/ledger'),
        },
        {
          name: 'read the audit',
          judgedBy: 'the chain’s items, or `s3:GetObject` in the archive',
          ways: any([
            ...looks('Audit', `CHAIN#${prefix}`),
            ...[BLOCK, CHECKPOINT].map((key) => inArchive('GetObject', key)),
          ]),
        },
        {
          name: 'read a packet',
          judgedBy: '`s3:GetObject` under `packets/`',
          ways: any(PACKETS.map((key) => inArchive('GetObject', key))),
        },
        {
          name: 'append to the chain',
          judgedBy: '`PutItem` into the chain',
          ways: any([item('Audit', 'PutItem', `CHAIN#${prefix}`)]),
        },
        {
          name: 'change an entry',
          judgedBy: '`UpdateItem` or `PartiQLUpdate` in the chain',
          ways: any(
            ['UpdateItem', 'PartiQLUpdate'].map((action) => item('Audit', action, `CHAIN#${prefix}`)),
          ),
        },
        {
          name: 'delete an entry',
          judgedBy: 'any way to remove an item from the audit, or the table',
          ways: removes('Audit', `CHAIN#${prefix}`),
        },
        {
          name: 'archive what is chained',
          judgedBy: '`s3:PutObject` of a block',
          ways: any([inArchive('PutObject', BLOCK)]),
        },
        {
          name: 'vouch for the archive',
          judgedBy: '`s3:PutObject` of a checkpoint',
          ways: any([inArchive('PutObject', CHECKPOINT)]),
        },
        {
          name: 'write a packet',
          judgedBy: '`s3:PutObject` of a packet or its page',
          ways: any(PACKETS.map((key) => inArchive('PutObject', key))),
        },
        {
          name: 'delete from the archive',
          judgedBy: 'any way to remove an object or its lock, or the bucket',
          ways: any([
            ...[
              'DeleteObject',
              'DeleteObjectVersion',
              'BypassGovernanceRetention',
              'PutObjectLegalHold',
            ].flatMap((action) => ARCHIVED.map((key) => inArchive(action, key))),
            ...[
              'DeleteBucket',
              'DeleteBucketPolicy',
              'PutBucketPolicy',
              'PutLifecycleConfiguration',
              'PutBucketObjectLockConfiguration',
              'PutBucketVersioning',
            ].map(onBucket),
          ]),
        },
        {
          name: 'tell the bus',
          judgedBy: '`events:PutEvents` on the audit’s bus',
          ways: any(onAll(['events:PutEvents'], [stack.arnOf('AuditBus')])),
        },
        {
          name: 'tell people',
          judgedBy: '`sns:Publish` to the notices',
          ways: any([
            {
              action: 'sns:Publish',
              resource: stack.arnOf('Notices'),
              resourcePolicy: stack.resourcePolicyOf('Notices'),
            },
          ]),
        },
        {
          name: 'sign',
          judgedBy: '`kms:Sign` with the signing key',
          ways: [
            [
              {
                action: 'kms:Sign',
                resource: stack.arnOf('SigningKey'),
                resourcePolicy: stack.resourcePolicyOf('SigningKey'),
              },
            ],
          ],
        },
      ],
    },
  ];
}
