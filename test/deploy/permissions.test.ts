import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Step, subjectsOf } from '../../deploy/permissions/deeds.ts';
import { type Matrix, matrixOf, mayTake } from '../../deploy/permissions/matrix.ts';
import { renderPermissions, roleText } from '../../deploy/permissions/page.ts';
import { DOCUMENTED, DOCUMENTED_CONFIG } from '../../deploy/permissions/place.ts';
import { PARTS } from '../../deploy/permissions/roles.ts';
import { type Stack, type StackRole, stackOf } from '../../deploy/permissions/stack.ts';
import { type Door, renderKeyPolicy } from '../../shared/adapters/aws/kms/key-policy.ts';
import { type Packaged, packaged } from '../support/packaged.ts';
import { CARRIED, issuedBy, OF_LAMBDA } from './issued-actions.ts';

const ROOT = resolve(import.meta.dirname, '../..');

let service: Packaged;
let stack: Stack;
let matrix: Matrix;
beforeAll(async () => {
  service = await packaged('STAGE', DOCUMENTED_CONFIG);
  stack = stackOf({ Resources: service.resources }, DOCUMENTED);
  matrix = await matrixOf(stack);
  // About 5 s of a core, on a machine that may be shared.
}, 180_000);
afterAll(() => service.remove());

const roleNamed = (name: string): StackRole => {
  const role = stack.roles.get(name);
  if (role === undefined) throw new Error(`the template has no role ${name}`);
  return role;
};

/** Who plays a part in this control plane. */
const WHO = [
  'agent',
  'reader',
  'fence operator',
  're-issuer',
  'prover',
  'scheduled rotator',
  'audit writer',
  'archivist',
  'voucher',
  'messenger',
  'watcher',
  'comparer',
  'auditor',
  'responder',
  'approver',
  'engineer',
  'front',
  'key maker',
  'cutter',
  'teller',
  'consumer',
  'sealer',
  'observer',
  'bookkeeper',
  'Slack endpoint',
  'Slack worker',
  'Slack teller',
  'machine',
] as const;

/** All the roles that play a part, or only these. */
type May = Readonly<Partial<Record<(typeof WHO)[number], 'all' | readonly string[]>>>;

/** What of the control plane works with the secrets of every class. Readers do too, but for those of Slack. */
const WORKS_WITH_ANY_SECRET: May = {
  front: ['EnrolmentRole'],
  're-issuer': 'all',
  prover: 'all',
  'scheduled rotator': 'all',
  cutter: 'all',
  teller: 'all',
};

/** What is required: who may do it, and nobody else. */
/** Steps of the machines that write down what they decided. */
const BOOKKEEPING_WRITERS = [
  'RecordContainmentRole',
  'PlanBatchesRole',
  'SweepUnfinishedRole',
  'RequestReopenRole',
  'AwaitApprovalRole',
  'CheckPlanRole',
  'PlanRotationBatchesRole',
  'ReportRequestRole',
];

const REQUIRED: Readonly<Record<string, readonly [clauses: string, may: May]>> = {
  'call a function, past its URL': [
    '[F.1]',
    {
      front: ['ApprovalRole', 'EnrolmentRole'],
      machine: ['BreakGlassRole', 'ScheduledRotationRole', 'ManualRotationRole'],
    },
  ],
  'break the glass': ['[F.1] [5.4]', { responder: 'all' }],
  'request a rotation': ['[F.1] [5.4]', { responder: 'all' }],
  'sign a re-opening': ['[F.1]', { approver: 'all' }],
  'decide a request': ['[F.1] [5.4]', { approver: 'all' }],
  'enrol, and hand a value in': ['[F.1]', { engineer: 'all' }],
  'ask whose value was found': ['[7.1] [F.1]', { responder: 'all' }],
  'read by a reference': ['[1.2]', { reader: ['ReaderRole', 'CanaryRole'] }],
  'ask for the audit': ['[6.5] [F.4]', { auditor: 'all' }],
  'confirm a delivery': ['[5.5]', { consumer: ['ConsumerRole'] }],
  'start the machine': [
    '[F.1]',
    { front: ['ControlRole'], 'Slack worker': 'all', machine: ['BreakGlassRole'] },
  ],
  'start the schedule': [
    '[F.1]',
    { front: ['ControlRole'], machine: ['ScheduledRotationRole', 'ScheduleRole'] },
  ],
  'start what was requested': [
    '[F.1]',
    { front: ['ControlRole'], 'Slack worker': 'all', machine: ['ManualRotationRole'] },
  ],
  'stop an execution': ['[F.1]', { responder: 'all', machine: ['BreakGlassRole'] }],
  'answer a machine that waits': [
    '[F.1]',
    {
      front: ['ControlRole', 'ApprovalRole'],
      'Slack worker': 'all',
      bookkeeper: ['AwaitApprovalRole'],
    },
  ],
  'become the prover': ['[1.2]', { 're-issuer': 'all', 'scheduled rotator': 'all', cutter: 'all' }],
  'become the teller': ['[1.2]', { sealer: 'all' }],
  'speak in Slack’s name': ['[F.1]', { 'Slack endpoint': 'all' }],
  'hear what is said in Slack': ['[F.1]', { 'Slack worker': 'all' }],
  'become who reads Slack’s token': ['[1.2]', { 'Slack teller': ['TellSlackRole'] }],
  'become the canary': ['[1.2]', { observer: 'all' }],

  'read a current value': [
    '[1.2] [4.6]',
    {
      reader: 'all',
      front: ['EnrolmentRole'],
      're-issuer': 'all',
      prover: 'all',
      'scheduled rotator': 'all',
      cutter: 'all',
      teller: 'all',
    },
  ],
  'read while the class is fenced': [
    '[5.4] [7.2]',
    { front: ['EnrolmentRole'], 're-issuer': 'all', cutter: 'all', teller: 'all' },
  ],
  'read under a closed epoch’s key': ['[5.4] [7.2]', { prover: 'all' }],
  'open what fingerprints are made with': [
    '[1.2] [7.1]',
    {
      comparer: 'all',
      front: ['EnrolmentRole'],
      're-issuer': 'all',
      prover: 'all',
      'scheduled rotator': 'all',
      cutter: 'all',
      teller: 'all',
    },
  ],
  'write a new version': [
    '[F.1]',
    { front: ['EnrolmentRole'], 're-issuer': 'all', 'scheduled rotator': 'all' },
  ],
  'write while the class is fenced': ['[5.4] [F.1]', { front: ['EnrolmentRole'], 're-issuer': 'all' }],
  'write under a closed epoch’s key': ['[5.4]', {}],
  'carry an old value to the next key': ['[5.4] [7.4]', {}],
  'forge a request of Slack’s': ['[F.1] [1.2]', { ...WORKS_WITH_ANY_SECRET, 'Slack endpoint': 'all' }],
  'write to Slack as Rekey': ['[1.2]', { ...WORKS_WITH_ANY_SECRET, 'Slack teller': ['SlackTokenRole'] }],
  'delete a secret': ['[1.3]', {}],

  'make a key': ['[1.1]', { front: ['EnrolmentRole'], 'key maker': 'all' }],
  'name it an epoch’s': ['[1.1]', { front: ['EnrolmentRole'], 'key maker': 'all' }],
  'write a key’s policy': ['[F.1] [7.2]', { 'fence operator': 'all' }],
  'lift the fence': ['[F.1] [7.2]', { 'fence operator': ['ReopenClassRole', 'RestoreClassRole'] }],
  'fence all readers at once': ['[7.2]', { responder: 'all' }],
  'quarantine a principal': ['[7.2]', { front: ['WatchFrontRole'], watcher: ['JudgeReadsRole'] }],
  'lift a quarantine': ['[F.1]', { front: ['ApprovalRole'] }],
  'change what others may do': ['[F.1] [1.2]', {}],
  'disable a key': ['[7.2]', { responder: 'all', sealer: 'all' }],
  'destroy a key': ['[5.4]', { sealer: 'all', 'key maker': ['KeepSpareKeysRole'] }],
  'let somebody in by a grant': ['[7.2]', {}],

  'read the registry': [
    '[1.2]',
    {
      reader: ['ReaderFrontRole'],
      front: ['ControlRole', 'ApprovalRole', 'EnrolmentRole', 'WatchFrontRole'],
      watcher: 'all',
      comparer: 'all',
      'fence operator': 'all',
      're-issuer': 'all',
      'scheduled rotator': 'all',
      'audit writer': 'all',
      'key maker': ['OpenIncidentRole'],
      cutter: 'all',
      teller: ['TellConsumersRole'],
      sealer: 'all',
      observer: 'all',
      bookkeeper: 'all',
      'Slack worker': 'all',
      'Slack teller': ['TellSlackRole'],
    },
  ],
  'change the registry': [
    '[F.1]',
    {
      reader: ['ReaderFrontRole'],
      front: ['ControlRole', 'ApprovalRole', 'EnrolmentRole'],
      'fence operator': 'all',
      're-issuer': 'all',
      'scheduled rotator': 'all',
      'key maker': ['OpenIncidentRole'],
      cutter: 'all',
      teller: ['TellConsumersRole'],
      sealer: 'all',
      observer: 'all',
      'Slack worker': 'all',
      bookkeeper: BOOKKEEPING_WRITERS,
    },
  ],
  'write down what a consumer said': [
    '[5.5]',
    {
      reader: ['ReaderFrontRole'],
      front: ['ControlRole', 'ApprovalRole', 'EnrolmentRole'],
      'fence operator': 'all',
      're-issuer': 'all',
      'scheduled rotator': 'all',
      'key maker': ['OpenIncidentRole'],
      cutter: 'all',
      teller: ['TellConsumersRole'],
      consumer: ['ConfirmationRole'],
      sealer: 'all',
      observer: 'all',
      'Slack worker': 'all',
      bookkeeper: BOOKKEEPING_WRITERS,
    },
  ],
  'delete from the ledger': ['[6.3]', {}],
  'read the audit': [
    '[6.5] [F.4]',
    {
      front: ['ControlRole', 'AuditorFrontRole', 'WatchFrontRole'],
      watcher: ['ReconcileTrailRole', 'JudgeReadsRole'],
      'audit writer': 'all',
      archivist: 'all',
      voucher: 'all',
      messenger: 'all',
      auditor: 'all',
      sealer: 'all',
      'Slack worker': 'all',
      'Slack teller': ['TellSlackRole'],
    },
  ],
  'read a packet': ['[5.5]', { auditor: 'all', responder: 'all', approver: 'all', sealer: 'all' }],
  'append to the chain': ['[6.3]', { 'audit writer': 'all' }],
  'change an entry': ['[6.3]', {}],
  'delete an entry': ['[6.3]', {}],
  'archive what is chained': ['[6.3]', { archivist: 'all' }],
  'vouch for the archive': ['[6.3]', { voucher: 'all' }],
  'write a packet': ['[6.3]', { sealer: 'all' }],
  'delete from the archive': ['[6.3] [6.4]', {}],
  'tell the bus': ['[6.1] [F.1]', { messenger: ['PublishAuditRole'] }],
  'tell people': ['[7.1] [F.1]', { messenger: ['TellPeopleRole'] }],
  sign: ['[6.3]', { front: ['AuditorFrontRole'], sealer: 'all', voucher: 'all' }],
};

const CELLS = Object.entries(REQUIRED).flatMap(([deed, [clauses, may]]) =>
  WHO.map((who) => {
    const allowed = may[who] ?? [];
    const outcome =
      allowed === 'all'
        ? 'allowed'
        : allowed.length === 0
          ? 'denied'
          : `allowed to ${allowed.join(', ')} alone`;
    return [`${clauses} ${who}: ${deed}: ${outcome}`, who, deed, allowed] as const;
  }),
);

describe('who may do what', () => {
  test.each(CELLS)('%s', (_title, who, deed, allowed) => {
    const roles = PARTS.find(({ name }) => name === who)?.roles;
    expect(matrix.get(deed)?.get(who)).toEqual(allowed === 'all' ? roles : allowed);
  });

  test('each deed of the page is held to a requirement, and each part', () => {
    expect(subjectsOf(stack).flatMap(({ deeds }) => deeds.map(({ name }) => name))).toEqual(
      Object.keys(REQUIRED),
    );
    expect(PARTS.map(({ name }) => name)).toEqual(WHO);
  });

  test('each role of the template plays one part', () => {
    expect(PARTS.flatMap(({ roles }) => roles).sort()).toEqual([...stack.roles.keys()].sort());
  });
});

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const DOORS: readonly Door[] = ['open', 'not-yet-open', 'over'];
const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:rekey-STAGE/payments/ledger-AbCdEf';
const KEY = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-4333-8444-555555555555';
const OF_STAGE = { 'aws:ResourceTag/rekey:stage': 'rekey-STAGE' };

function onKey(action: string, door: Door, context: Readonly<Record<string, string>> = OF_STAGE): Step {
  return {
    action,
    resource: KEY,
    resourcePolicy: JSON.parse(renderKeyPolicy(door, stack.keyRoles)) as object,
    context: {
      'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com',
      'kms:EncryptionContext:SecretARN': SECRET,
      ...context,
    },
  };
}

/** Of these calls, those that a role may make although it must not, with whatever it is given beside. */
async function taken(
  role: StackRole,
  steps: readonly Step[],
  beside: readonly object[] = [],
): Promise<string[]> {
  const answers = await Promise.all(
    steps.map(async (step) =>
      (await mayTake(role, step, beside)) ? [`${step.action} ${step.resource}`] : [],
    ),
  );
  return answers.flat();
}

/** Somebody of the account, given everything, whom the control plane does not know. */
function stranger(path: string): StackRole {
  return {
    ...roleNamed('AuditorRole'),
    arn: `arn:aws:iam::111122223333:role${path}`,
    policies: [EVERYTHING as never],
    boundary: null,
  };
}

describe('[F.1] an agent, whatever the account gives it', () => {
  const agent = (steps: readonly Step[]) => taken(roleNamed('AgentRole'), steps, [EVERYTHING]);
  const each = (actions: readonly string[], resources: readonly string[]): Step[] =>
    actions.flatMap((action) => resources.map((resource) => ({ action, resource })));
  const arns = (type: string) => stack.namesOf(type).map(stack.arnOf);

  test('may do what is the account’s own', async () => {
    const own = [
      { action: 's3:GetObject', resource: 'arn:aws:s3:::its-own/thing' },
      { action: 'lambda:InvokeFunction', resource: 'arn:aws:lambda:us-east-1:111122223333:function:its-own' },
      { action: 'kms:CreateKey', resource: '*' },
    ];
    expect(await agent(own)).toHaveLength(own.length);
  });

  test('calls no function, by name, by version or by URL, and changes none', async () => {
    const functions = arns('AWS::Lambda::Function');
    expect(functions.length).toBeGreaterThan(10);
    const actions = ['InvokeFunction', 'InvokeFunctionUrl', 'UpdateFunctionCode', 'AddPermission'];
    const named = [...functions, ...functions.map((arn) => `${arn}:live`)];
    expect(
      await agent(
        each(
          actions.map((action) => `lambda:${action}`),
          named,
        ),
      ),
    ).toEqual([]);
  });

  test('starts, stops, looks at and answers no machine', async () => {
    const machine = stack.arnOf('BreakGlass');
    const execution = `${machine.replace(':stateMachine:', ':execution:')}:inc-1`;
    expect(
      await agent([
        ...each(['states:StartExecution', 'states:UpdateStateMachine'], [machine]),
        ...each(['states:StopExecution', 'states:DescribeExecution'], [execution]),
        ...each(['states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'], ['*']),
      ]),
    ).toEqual([]);
  });

  test('becomes nobody, hands nobody’s role on, and makes no identity that has no boundary', async () => {
    const roles = [...stack.roles.values()].map(({ arn }) => arn);
    const trustsAnybody = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
    };
    expect(
      await agent([
        ...roles.map((resource) => ({
          action: 'sts:AssumeRole',
          resource,
          resourcePolicy: trustsAnybody,
        })),
        ...each(['iam:PassRole'], roles),
        ...each(
          [
            'iam:CreateRole',
            'iam:PutRolePolicy',
            'iam:AttachRolePolicy',
            'iam:DeleteRolePermissionsBoundary',
          ],
          ['arn:aws:iam::111122223333:role/its-own'],
        ),
        ...each(['iam:CreateUser', 'iam:CreateAccessKey'], ['arn:aws:iam::111122223333:user/its-own']),
        ...each(['iam:SetDefaultPolicyVersion'], arns('AWS::IAM::ManagedPolicy')),
      ]),
    ).toEqual([]);
  });

  test('makes no key pass for one of the stage, and takes no name of its keys', async () => {
    const alias = 'arn:aws:kms:us-east-1:111122223333:alias/rekey-STAGE/class/payments/2';
    const tagged = { 'aws:RequestTag/rekey:stage': 'rekey-STAGE' };
    expect(
      await agent([
        { action: 'kms:CreateKey', resource: '*', context: tagged },
        { action: 'kms:TagResource', resource: KEY, context: tagged },
        ...each(['kms:CreateAlias', 'kms:UpdateAlias', 'kms:DeleteAlias'], [alias]),
      ]),
    ).toEqual([]);
  });

  test('touches nothing that watches: rules, alarms, the trail, logs, or what a deployment is made of', async () => {
    expect(
      await agent([
        ...each(['events:PutTargets', 'events:DisableRule'], arns('AWS::Events::Rule')),
        ...each(
          ['cloudwatch:DeleteAlarms', 'cloudwatch:DisableAlarmActions'],
          arns('AWS::CloudWatch::Alarm'),
        ),
        ...each(['cloudtrail:StopLogging'], arns('AWS::CloudTrail::Trail')),
        ...each(
          ['logs:DeleteLogGroup', 'logs:FilterLogEvents'],
          arns('AWS::Logs::LogGroup').map((arn) => arn.slice(0, -2)),
        ),
        ...each(['s3:PutObject'], [`${stack.arnOf('ServerlessDeploymentBucket')}/rekey/index.zip`]),
        ...each(
          ['cloudformation:UpdateStack'],
          ['arn:aws:cloudformation:us-east-1:111122223333:stack/rekey-STAGE/1'],
        ),
      ]),
    ).toEqual([]);
  });
});

describe('[6.5] who reads secrets reads no audit, and the other way round', () => {
  test('not even with everything given to it beside: a reader', async () => {
    const looks = subjectsOf(stack)
      .flatMap(({ deeds }) => deeds)
      .find(({ name }) => name === 'read the audit');
    const steps = (looks?.ways ?? []).flat();
    expect(steps.length).toBeGreaterThan(5);
    for (const name of [
      'ReaderRole',
      'ReaderFrontRole',
      'CanaryRole',
      'AgentRole',
      'SlackEndpointRole',
      'SlackTokenRole',
    ])
      expect([name, ...(await taken(roleNamed(name), steps, [EVERYTHING]))]).toEqual([name]);
  });

  test('not even with everything given to it beside: who reads the audit', async () => {
    const value = { action: 'secretsmanager:GetSecretValue', resource: SECRET };
    const readers = matrix.get('read the audit')?.values() ?? [];
    const roles = [...readers].flat();
    expect(roles).toHaveLength(14);
    for (const name of roles)
      expect([name, ...(await taken(roleNamed(name), [value], [EVERYTHING]))]).toEqual([name]);
  });
});

describe('[7.2] the fence', () => {
  test('holds for every reader and for administrators, while the re-issuer writes', async () => {
    for (const path of ['/rekey-STAGE/readers/checkout', '/Administrator']) {
      for (const door of ['not-yet-open', 'over'] as const)
        expect(await taken(stranger(path), [onKey('kms:Decrypt', door)])).toEqual([]);
    }
    expect(
      await taken(stranger('/rekey-STAGE/readers/checkout'), [onKey('kms:Decrypt', 'open')]),
    ).toHaveLength(1);
    expect(
      await taken(roleNamed('AdvanceBatchRole'), [onKey('kms:GenerateDataKey', 'not-yet-open')]),
    ).toHaveLength(1);
  });

  test.each(DOORS)('can always be lifted: nothing denies the operators a key’s policy (%s)', async (door) => {
    for (const name of ['FenceClassRole', 'ReopenClassRole', 'RestoreClassRole'])
      expect([name, await taken(roleNamed(name), [onKey('kms:PutKeyPolicy', door)])]).toEqual([
        name,
        [`kms:PutKeyPolicy ${KEY}`],
      ]);
  });

  test('is written by nobody else, administrators included; the root user alone stands behind', async () => {
    for (const door of DOORS) {
      const step = onKey('kms:PutKeyPolicy', door);
      const may = await Promise.all(
        [...stack.roles.values()].map(async (role) => ((await mayTake(role, step)) ? [role.name] : [])),
      );
      expect(may.flat()).toEqual(['FenceClassRole', 'ReopenClassRole', 'RestoreClassRole']);
      expect(await taken(stranger('/Administrator'), [step])).toEqual([]);
      const root = { ...stranger('/x'), arn: 'arn:aws:iam::111122223333:root' };
      expect(await taken(root, [step])).toHaveLength(1);
    }
  });

  test('is told of where somebody else writes it, and not where its operators do', () => {
    const told = JSON.stringify(service.resources['KeyPolicyWrittenElsewhere']?.Properties);
    for (const name of matrix.get('write a key’s policy')?.get('fence operator') ?? [])
      expect(told).toContain(`{"Fn::GetAtt":["${name}","Arn"]}`);
  });

  test('leaves no key without its operators: none writes a policy past KMS’s own look', async () => {
    const unlooked = { ...OF_STAGE, 'kms:BypassPolicyLockoutSafetyCheck': 'true' };
    for (const role of stack.roles.values())
      expect([role.name, await taken(role, [onKey('kms:PutKeyPolicy', 'open', unlooked)])]).toEqual([
        role.name,
        [],
      ]);
  });

  test('reaches the stage’s own keys alone: no other is made, named, closed, switched or ended', async () => {
    const account = { AWS: 'arn:aws:iam::111122223333:root' };
    const admitsIam = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: account, Action: 'kms:*', Resource: '*' }],
    };
    const calls = ['PutKeyPolicy', 'DisableKey', 'EnableKey', 'ScheduleKeyDeletion'];
    const others = [{}, { 'aws:ResourceTag/rekey:stage': 'rekey-other' }].flatMap((context) =>
      calls.map((call) => ({ ...onKey(`kms:${call}`, 'open', context), resourcePolicy: admitsIam })),
    );
    const made = [{}, { 'aws:RequestTag/rekey:stage': 'rekey-other' }].map((context) => ({
      action: 'kms:CreateKey',
      resource: '*',
      context,
    }));
    const named = {
      action: 'kms:CreateAlias',
      resource: 'arn:aws:kms:us-east-1:111122223333:alias/rekey-other/class/payments/2',
    };
    for (const role of stack.roles.values())
      expect([role.name, ...(await taken(role, [...others, ...made, named]))]).toEqual([role.name]);
  });

  test('of all readers at once: the responder moves between versions that were written before, and writes none', async () => {
    const fence = stack.arnOf('ReaderFence');
    expect(
      await taken(
        roleNamed('ResponderRole'),
        ['iam:CreatePolicyVersion', 'iam:DeletePolicyVersion', 'iam:DetachRolePolicy'].map((action) => ({
          action,
          resource: action === 'iam:DetachRolePolicy' ? stack.arnOf('ReaderRole') : fence,
        })),
      ),
    ).toEqual([]);
  });
});

describe('[6.3] the archive', () => {
  test('loses nothing to anybody, administrators included', async () => {
    const steps = ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'].map(
      (action) => ({
        action,
        resource: `${stack.arnOf('Archive')}/audit/1.json`,
        resourcePolicy: stack.resourcePolicyOf('Archive'),
      }),
    );
    expect(await taken(stranger('/Administrator'), steps)).toEqual([]);
  });
});

describe('[F.1] past their URLs', () => {
  test.each([
    ['ApprovalRole', ['RestoreClass', 'RestoreTarget']],
    ['EnrolmentRole', ['CheckTarget', 'NoteIdentities']],
  ] as const)(
    '%s asks the functions that act for it, wherever their target stands, and no other',
    async (name, asked) => {
      const functions = stack.namesOf('AWS::Lambda::Function').map(stack.arnOf);
      const inANetwork = functions.map((arn) => `${arn}-payments_vpc`);
      const may = await taken(
        roleNamed(name),
        [...functions, ...inANetwork].map((resource) => ({ action: 'lambda:InvokeFunction', resource })),
      );
      const prefix = 'lambda:InvokeFunction arn:aws:lambda:us-east-1:111122223333:function:rekey-STAGE-';
      const perNetwork = asked.filter((one) => one !== 'RestoreClass').map((one) => `${one}-payments_vpc`);
      expect(may.sort()).toEqual([...asked, ...perNetwork].map((one) => `${prefix}${one}`).sort());
    },
  );
});

describe('[F.1] open to everybody', () => {
  test('is the URL that Slack sends to, and no other', () => {
    const open = Object.entries(service.resources)
      .filter(
        ([, { Type, Properties }]) => Type === 'AWS::Lambda::Url' && Properties['AuthType'] !== 'AWS_IAM',
      )
      .map(([name]) => name);
    expect(open).toEqual(['SlackEndpointLambdaFunctionUrl']);
    expect(Object.keys(service.outputs)).toContain('SlackUrl');
  });

  test('it reads one secret, notes what was here, hands it over, and looks at nothing else', async () => {
    const role = roleNamed('SlackEndpointRole');
    const item = (action: string, key: string): Step => ({
      action: `dynamodb:${action}`,
      resource: stack.arnOf('Registry'),
      context: { 'dynamodb:LeadingKeys': [key] },
    });
    expect(
      await taken(role, [
        { action: 'secretsmanager:GetSecretValue', resource: SECRET },
        ...['ENROLMENT', 'CLASS#payments', 'SECRET#vault://payments/ledger', 'REQUESTS', 'INCIDENTS'].flatMap(
          (key) =>
            ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'].map((call) => item(call, key)),
        ),
        item('PutItem', 'SECRET#vault://slack/signing-secret'),
        item('DeleteItem', 'SLACK-SEEN#aa'),
        { action: 'sqs:ReceiveMessage', resource: stack.arnOf('SlackInbox') },
        { action: 'states:StartExecution', resource: stack.arnOf('BreakGlass') },
      ]),
    ).toEqual([]);
    expect(
      await taken(role, [
        item('GetItem', 'SLACK'),
        item('BatchGetItem', 'SECRET#vault://slack/signing-secret'),
        item('PutItem', 'SLACK-SEEN#aa'),
      ]),
    ).toHaveLength(3);
  });
});

describe('[1.2] who may become whom', () => {
  const PEOPLE = 'arn:aws:iam::111122223333:root may sts:AssumeRole, sts:SetSourceIdentity';
  const TRUSTED: Readonly<Record<string, string>> = {
    AgentRole: 'arn:aws:iam::111122223333:root may sts:AssumeRole',
    ReaderRole: 'arn:aws:iam::111122223333:root may sts:AssumeRole',
    ConsumerRole: 'arn:aws:iam::111122223333:root may sts:AssumeRole',
    AuditorRole: PEOPLE,
    ResponderRole: PEOPLE,
    ApproverRole: PEOPLE,
    EngineerRole: PEOPLE,
    ProverRole: 'AdvanceBatch RotateBatch CutTarget RestoreTarget CheckTarget NoteIdentities'
      .split(' ')
      .map((name) => `arn:aws:iam::111122223333:role/rekey-STAGE/${name}Role`)
      .join(', ')
      .concat(' may sts:AssumeRole'),
    TellerRole: 'arn:aws:iam::111122223333:role/rekey-STAGE/SealIncidentRole may sts:AssumeRole',
    SlackTokenRole: 'arn:aws:iam::111122223333:role/rekey-STAGE/TellSlackRole may sts:AssumeRole',
    CanaryRole: 'arn:aws:iam::111122223333:role/rekey-STAGE/ObserveDenialRole may sts:AssumeRole',
    BreakGlassRole: 'states.amazonaws.com may sts:AssumeRole',
    ScheduledRotationRole: 'states.amazonaws.com may sts:AssumeRole',
    ManualRotationRole: 'states.amazonaws.com may sts:AssumeRole',
    ScheduleRole: 'events.amazonaws.com may sts:AssumeRole',
  };

  test('functions’ roles are Lambda’s alone; prover, teller and canary are named functions’; people’s are the account’s', () => {
    for (const { name, trust } of stack.roles.values()) {
      const { Statement } = trust as {
        Statement: {
          Effect: string;
          Principal: Record<string, string | string[]>;
          Action: string | string[];
        }[];
      };
      const trusted = Statement.map(
        ({ Effect, Principal, Action }) =>
          `${Effect === 'Allow' ? '' : 'never '}${Object.values(Principal).flat().join(', ')} may ${[Action].flat().join(', ')}`,
      );
      expect([name, ...trusted]).toEqual([name, TRUSTED[name] ?? 'lambda.amazonaws.com may sts:AssumeRole']);
    }
  });

  test('every role stands under the stage’s path: whoever is denied that path is denied all of them', () => {
    for (const { arn } of stack.roles.values()) expect(arn).toContain(':role/rekey-STAGE/');
  });
});

describe('what each role has', () => {
  test('is what its function can ask for: no action is allowed that no call in its bundle makes', () => {
    for (const [name, role] of stack.roleOf) {
      const possible = issuedBy(join(service.folder, 'build', 'inputs', `${name}.json`));
      const surplus = allowedTo(role).filter((action) => !possible.has(action) && !OF_LAMBDA.has(action));
      expect([name, ...surplus]).toEqual([name, ...(BY_ITS_EVENTS[name] ?? [])]);
    }
  });

  test('is all that its function needs: what a bundle carries and may not ask for is listed', () => {
    const carried = Object.fromEntries(
      [...stack.roleOf].map(([name, role]) => {
        const possible = issuedBy(join(service.folder, 'build', 'inputs', `${name}.json`));
        const allowed = new Set(allowedTo(role));
        return [name, [...possible].filter((action) => !allowed.has(action)).sort()];
      }),
    );
    const listed = Object.entries(CARRIED).map(([name, actions]) => [name, [...actions].sort()]);
    expect(carried).toEqual(Object.fromEntries(listed));
  });

  test('[6.1] whoever asks the audit sees what waits for its chain, and changes nothing of it', async () => {
    const asking = [...stack.roleOf].filter(([name]) =>
      readFileSync(join(service.folder, 'build', 'inputs', `${name}.json`), 'utf8').includes(
        'shared/adapters/aws/lambda/wires/audit-view.ts',
      ),
    );
    expect(asking.length).toBeGreaterThan(3);
    for (const [name, role] of asking) {
      const waiting = (action: string): Step => ({
        action: `dynamodb:${action}`,
        resource: stack.arnOf('Registry'),
        context: { 'dynamodb:LeadingKeys': ['OUTBOX#0'] },
      });
      const may = async (action: string) => mayTake(roleNamed(role), waiting(action));
      expect([name, await may('Query'), await may('DeleteItem')]).toEqual([name, true, false]);
    }
  });

  test('[6.5] whoever answers auditors sees who may read the audit, and nothing else of what is enrolled', async () => {
    const [, role = ''] = [...stack.roleOf].find(([name]) => name === 'Auditor') ?? [];
    const may = async (action: string, key: string) =>
      mayTake(roleNamed(role), {
        action: `dynamodb:${action}`,
        resource: stack.arnOf('Registry'),
        context: { 'dynamodb:LeadingKeys': [key] },
      });
    expect([await may('GetItem', 'AUDIT'), await may('Query', 'ENROLMENT')]).toEqual([true, true]);
    for (const key of ['CLASS#payments', 'SECRET#vault://p/s', 'INCIDENT#inc-1'])
      for (const action of ['GetItem', 'Query', 'PutItem'])
        expect([key, action, await may(action, key)]).toEqual([key, action, false]);
  });

  test('fits IAM’s limits: 6,144 characters a managed policy, 10,240 all of a role’s own', () => {
    for (const { name, boundary, policies } of stack.roles.values()) {
      const own = policies.map((policy) => JSON.stringify(policy).length).reduce((a, b) => a + b, 0);
      expect([name, own < 10_240]).toEqual([name, true]);
      expect([name, JSON.stringify(boundary).length < 6_144]).toEqual([name, true]);
    }
  });

  /** What Lambda's event source asks for in the function's name (Lambda's documentation of DynamoDB streams). */
  const GIVES_UP = ['sqs:SendMessage'];
  const FOLLOWS = [
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
    ...GIVES_UP,
  ];
  /** Lambda's documentation of SQS. */
  const FROM_A_QUEUE = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
  const BY_ITS_EVENTS: Readonly<Record<string, readonly string[]>> = {
    ArchiveAudit: GIVES_UP,
    ChainAudit: FOLLOWS,
    PublishAudit: FOLLOWS,
    JudgeReads: GIVES_UP,
    ReconcileTrail: GIVES_UP,
    RecordReads: FROM_A_QUEUE,
    SignCheckpoint: GIVES_UP,
    TellPeople: FOLLOWS,
    SlackWorker: FROM_A_QUEUE,
    TellSlack: GIVES_UP,
  };

  function allowedTo(role: string): string[] {
    const allows = roleNamed(role)
      .policies.flatMap(({ Statement }) => Statement)
      .filter(({ Effect }) => Effect === 'Allow');
    return [...new Set(allows.flatMap(({ Action }) => Action))];
  }
});

describe('docs/permissions.md', () => {
  test('is what the template says: npm run permissions writes it', () => {
    const page = readFileSync(join(ROOT, 'docs/permissions.md'), 'utf8');
    expect(renderPermissions(stack, matrix)).toBe(page);
  });

  test('shows each action that a role gains or loses', () => {
    const page = renderPermissions(stack, matrix);
    let changes = 0;
    for (const role of stack.roles.values()) {
      const text = roleText(role, stack);
      expect(page).toContain(text);
      for (const [index, policy] of role.policies.entries()) {
        for (const [at, statement] of policy.Statement.entries()) {
          const actions = [
            [...statement.Action, 'kms:Decrypt'],
            ...statement.Action.map((dropped) => statement.Action.filter((action) => action !== dropped)),
          ];
          for (const Action of actions) {
            const Statement = policy.Statement.with(at, { ...statement, Action });
            const policies = role.policies.with(index, { ...policy, Statement });
            expect(roleText({ ...role, policies }, stack)).not.toBe(text);
            changes += 1;
          }
        }
      }
    }
    expect(changes).toBeGreaterThan(300);
  });
});
