import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** IAM's prefix of each SDK client. A client that is not here is a mistake. */
const PREFIXES: Readonly<Record<string, string>> = {
  dynamodb: 'dynamodb',
  eventbridge: 'events',
  iam: 'iam',
  kms: 'kms',
  lambda: 'lambda',
  s3: 's3',
  'secrets-manager': 'secretsmanager',
  'cloudwatch-logs': 'logs',
  sfn: 'states',
  sns: 'sns',
  sqs: 'sqs',
  sts: 'sts',
};

/** What a call also asks for in its caller's name, as its service documents it. */
const IMPLIED: Readonly<Record<string, readonly string[]>> = {
  'secretsmanager:GetSecretValue': ['kms:Decrypt'],
  'secretsmanager:CreateSecret': ['kms:GenerateDataKey', 'kms:Decrypt'],
  'secretsmanager:PutSecretValue': ['kms:GenerateDataKey'],
  'secretsmanager:UpdateSecret': ['kms:GenerateDataKey', 'kms:Decrypt'],
  'lambda:Invoke': ['lambda:InvokeFunction'],
  // With tags.
  'kms:CreateKey': ['kms:TagResource'],
  's3:ListObjectsV2': ['s3:ListBucket'],
  // With a lock.
  's3:PutObject': ['s3:PutObjectRetention'],
};

/** No action of its own: each item of a transaction is asked for as its kind, and an invocation under another name. */
const NO_ACTION = new Set(['dynamodb:TransactWriteItems', 'lambda:Invoke', 's3:ListObjectsV2']);

/** What Lambda asks for in every function's name. */
export const OF_LAMBDA: ReadonlySet<string> = new Set([
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
]);

/** The actions that the sources of a bundle can ask for in its role's name: the SDK's commands that they import. */
export function issuedBy(inputsFile: string): ReadonlySet<string> {
  const inputs = Object.keys(JSON.parse(readFileSync(inputsFile, 'utf8')) as object);
  const possible = new Set<string>();
  // A rotator asks with a target's admin credential, not with the role.
  for (const path of inputs.filter((input) => !/^(?:node_modules|shared\/rotators)\//.test(input))) {
    const source = readFileSync(join(ROOT, path), 'utf8');
    for (const [, names = '', client = ''] of source.matchAll(
      /import \{([^}]*)\} from '@aws-sdk\/client-([a-z0-9-]+)'/g,
    )) {
      for (const name of names.split(',')) {
        const [, command] = /^(\w+)Command$/.exec(name.trim()) ?? [];
        if (command === undefined) continue;
        const prefix = PREFIXES[client];
        if (prefix === undefined) throw new Error(`${path} calls ${client}, whose prefix is not known here`);
        const action = `${prefix}:${command}`;
        for (const asked of [...(NO_ACTION.has(action) ? [] : [action]), ...(IMPLIED[action] ?? [])])
          possible.add(asked);
      }
    }
  }
  return possible;
}

/** Of the registry: breakers that close, enrolments that are removed. */
const DELETES = ['dynamodb:DeleteItem'];
const REGISTRY_READS = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];
const REGISTRY_WRITES = ['dynamodb:PutItem', 'dynamodb:UpdateItem', ...DELETES];
const VALUE_READS = ['kms:Decrypt', 'secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];
const VALUE_WRITES = [
  'kms:GenerateDataKey',
  'secretsmanager:CreateSecret',
  'secretsmanager:ListSecretVersionIds',
  'secretsmanager:PutSecretValue',
  'secretsmanager:UpdateSecret',
  'secretsmanager:UpdateSecretVersionStage',
];
/** What a store can do besides reading a version by its id. */
const STORE_REST = [
  'secretsmanager:DescribeSecret',
  ...VALUE_WRITES.filter((action) => action.startsWith('secretsmanager:')),
];
const COMPARING_REST = [
  'dynamodb:UpdateItem',
  'kms:GenerateDataKey',
  ...STORE_REST,
  's3:PutObjectRetention',
  'sts:AssumeRole',
];
/** Who follows the chain reads it page by page, and moves a cursor. */
const TABLE_REST = ['dynamodb:BatchGetItem', 'dynamodb:PutItem', ...DELETES];
const KEY_MAKING = ['kms:CreateAlias', 'kms:CreateKey', 'kms:TagResource'];
const KEY_POLICIES = ['kms:PutKeyPolicy'];
const KEY_SWITCHES = ['kms:DisableKey', 'kms:EnableKey'];
const KEY_ENDINGS = ['kms:ScheduleKeyDeletion'];
const KEY_NAMES = ['kms:UpdateAlias'];
const KEY_LISTS = ['kms:ListAliases'];

/** An adapter comes whole: what of it a function never calls with its own role, and so is not allowed to. */
export const CARRIED: Readonly<Record<string, readonly string[]>> = {
  // Looks at the epoch's key, which stands since the incident was opened.
  AdvanceBatch: [...KEY_MAKING, ...KEY_POLICIES, ...KEY_SWITCHES, ...KEY_ENDINGS, ...KEY_NAMES, ...KEY_LISTS],
  // Names packets, and writes none; lifts a quarantine, and sets none.
  Approval: [
    'iam:AttachRolePolicy',
    'iam:AttachUserPolicy',
    'iam:ListAttachedRolePolicies',
    'iam:ListAttachedUserPolicies',
    's3:PutObject',
    's3:PutObjectRetention',
    'states:StartExecution',
  ],
  ArchiveAudit: TABLE_REST,
  // Answers, and starts and watches nothing.
  AwaitApproval: [...DELETES, 'states:DescribeExecution', 'states:StartExecution'],
  Auditor: REGISTRY_WRITES,
  ChainAudit: [],
  // Reads admins' credentials; writes none, and closes no breaker. So it is with the others at a target.
  CheckTarget: [...DELETES, ...VALUE_WRITES],
  // Its adapter writes the whole registry; it may write one delivery.
  Confirmation: ['dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:UpdateItem', ...DELETES],
  // Names packets, and writes none.
  Control: [...DELETES, 's3:PutObjectRetention'],
  // Reads admins' credentials; writes none.
  CheckPlan: [...DELETES, 's3:PutObject', 's3:PutObjectRetention'],
  CutTarget: VALUE_WRITES,
  Enrolment: [...KEY_POLICIES, ...KEY_SWITCHES, ...KEY_ENDINGS, ...KEY_NAMES, ...KEY_LISTS, 'sts:AssumeRole'],
  FenceClass: [...DELETES, ...KEY_MAKING, ...KEY_SWITCHES, ...KEY_ENDINGS, ...KEY_NAMES],
  // The adapter of keys asks the registry before it destroys one that has sealed something: these have not.
  FindRequest: [...REGISTRY_WRITES],
  // Quarantines, and lifts none.
  JudgeReads: [...DELETES, 'iam:DetachRolePolicy', 'iam:DetachUserPolicy'],
  KeepSpareKeys: [
    ...REGISTRY_READS,
    ...REGISTRY_WRITES,
    ...KEY_POLICIES,
    ...KEY_SWITCHES,
    'kms:GetKeyPolicy',
  ],
  // Opens by its own role what is there, and keeps plans. So does ScanLogs.
  Leaks: COMPARING_REST,
  NoteIdentities: [...DELETES, ...VALUE_WRITES],
  // Reads as the canary, and asks as the canary what it must not.
  ObserveDenial: [...DELETES, 'kms:DescribeKey', ...VALUE_READS, ...VALUE_WRITES],
  OpenIncident: [
    ...DELETES,
    ...KEY_POLICIES,
    ...KEY_SWITCHES,
    ...KEY_ENDINGS,
    ...KEY_NAMES,
    ...KEY_LISTS,
    's3:PutObject',
    's3:PutObjectRetention',
  ],
  PlanBatches: [...DELETES, 's3:GetObject', 's3:PutObjectRetention'],
  PlanDue: [...REGISTRY_WRITES, 's3:GetObject', 's3:PutObjectRetention'],
  PlanRotationBatches: [...DELETES, 's3:PutObjectRetention'],
  PublishAudit: TABLE_REST,
  Reader: [...DELETES, ...VALUE_WRITES, 'sts:AssumeRole'],
  RecordContainment: DELETES,
  // Cases grow by it, and none is taken away.
  ReconcileTrail: ['dynamodb:UpdateItem', ...DELETES],
  // Writes entries alone.
  RecordReads: ['dynamodb:UpdateItem', ...DELETES],
  ReopenClass: [...DELETES, ...KEY_MAKING, 'kms:DisableKey', ...KEY_ENDINGS, ...KEY_NAMES, ...KEY_LISTS],
  ReportRequest: [...DELETES, 's3:PutObject', 's3:PutObjectRetention'],
  ReportRotation: [...REGISTRY_WRITES],
  ReportUnfinished: REGISTRY_WRITES,
  RequestReopen: DELETES,
  RestoreClass: [...DELETES, ...KEY_MAKING, 'kms:DisableKey', ...KEY_ENDINGS, ...KEY_NAMES],
  // Looks at the epoch's key.
  RotateBatch: [
    ...KEY_MAKING,
    ...KEY_POLICIES,
    ...KEY_SWITCHES,
    ...KEY_ENDINGS,
    ...KEY_NAMES,
    ...KEY_LISTS,
    's3:PutObject',
    's3:PutObjectRetention',
  ],
  RestoreTarget: [...DELETES, ...VALUE_WRITES],
  ScanLogs: COMPARING_REST,
  // Reads as the teller. Publishes to the topics that rekey.yaml names for consumers, and here it names none; so TellConsumers.
  SealIncident: [
    'sns:Publish',
    ...VALUE_READS,
    ...VALUE_WRITES,
    ...KEY_MAKING,
    ...KEY_POLICIES,
    ...KEY_NAMES,
  ],
  SignCheckpoint: TABLE_REST,
  // Notes a signature and looks at one secret; its store could write, and be opened as another.
  SlackEndpoint: [
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    ...DELETES,
    'kms:GenerateDataKey',
    ...STORE_REST,
    'sts:AssumeRole',
  ],
  // Names packets, and writes none.
  SlackWorker: [...DELETES, 's3:PutObjectRetention'],
  SweepUnfinished: DELETES,
  // Its store can be opened as another role too.
  TellConsumers: ['sns:Publish', ...DELETES, ...VALUE_WRITES, 'sts:AssumeRole'],
  TellPeople: DELETES,
  // Reads its token as another; names packets, loads plans, looks at executions.
  TellSlack: [
    ...DELETES,
    ...VALUE_READS,
    ...VALUE_WRITES,
    's3:PutObject',
    's3:PutObjectRetention',
    'states:SendTaskSuccess',
    'states:StartExecution',
  ],
  // Quarantines, and lifts none.
  Watch: ['dynamodb:UpdateItem', 'iam:DetachRolePolicy', 'iam:DetachUserPolicy'],
};
