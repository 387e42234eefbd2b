import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
// @ts-expect-error -- it has no types
import validateAsl from 'asl-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../deploy/bundle.ts';
import { deployedFolders, functionName, packageFunctions } from '../../deploy/package.ts';
import { FUNCTIONS } from '../../local/engine/functions.ts';
import { AUDIT_TABLE, REGISTRY_TABLE } from '../../shared/adapters/aws/dynamodb/schema.ts';
import {
  deniesReaders,
  readerFenceArn,
  renderReaderFence,
} from '../../shared/adapters/aws/iam/reader-fence-policy.ts';
import type { ErrorFamily } from '../../shared/domain/errors.ts';
import { type Packaged, packaged, type Resource } from '../support/packaged.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const CFN_LINT = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'rekey-cfn-lint/1.58.0/bin/cfn-lint',
);

let service: Packaged;
let inNetworks: Packaged;
beforeAll(async () => {
  service = await packaged('proof');
  inNetworks = await packaged('proof', IN_NETWORKS);
  // A minute where nothing else is going on.
}, 300_000);
afterAll(() => {
  service.remove();
  inNetworks.remove();
});

const ofType = (type: string): [string, Resource][] =>
  Object.entries(service.resources).filter(([, resource]) => resource.Type === type);
const functionsInTemplate = () =>
  ofType('AWS::Lambda::Function').map(([id, resource]) => ({
    name: id.replace(/LambdaFunction$/, ''),
    ...resource.Properties,
  }));

interface State {
  readonly Type: string;
  readonly Arguments?: { readonly FunctionName?: string };
  readonly TimeoutSeconds?: number | string;
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly Branches?: readonly Machine[];
  readonly ItemProcessor?: Machine;
}
interface Machine {
  readonly States: Readonly<Record<string, State>>;
}

/** Every state of a machine, those inside branches and maps too. */
function statesOf(machine: Machine): [string, State][] {
  return Object.entries(machine.States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.Branches ?? []).flatMap(statesOf),
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor)),
  ]);
}

function machineOf(resource: Resource): Machine {
  return resource.Properties['Definition'] as Machine;
}

const FAMILIES: Readonly<Record<ErrorFamily, true>> = {
  Validation: true,
  Conflict: true,
  NotFound: true,
  Denied: true,
  Throttled: true,
  TargetUnavailable: true,
  OutcomeUnknown: true,
  Unrecoverable: true,
};
/** Error names that Step Functions itself, and Lambda through it, report (their documentation of error handling). */
const OF_AWS = [
  'States.ALL',
  'States.Timeout',
  'States.TaskFailed',
  'States.HeartbeatTimeout',
  'States.ItemReaderFailed',
  'States.ExceedToleratedFailureThreshold',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
];

/** Expressions are allowed there (Step Functions' documentation of Map and Task); of the first LocalStack reads nothing else. */
const KNOWN = [
  "E3601 '{% 100 %}' is not of type 'integer'",
  "E3601 '{% 100 %}' is not of type 'integer'",
  "E3601 '{% $lifeSeconds %}' is not of type 'number'",
  "E3601 '{% 100 %}' is not of type 'integer'",
];

/** What FindRequest answers at least, for how long people are waited for. */
const LEAST_LIFE_SECONDS = 60;

const IN_NETWORKS = `
version: 1
networks:
  payments.vpc:
    subnets: [subnet-0aaaaaaa, subnet-0bbbbbbb]
    securityGroups: [sg-0ccccccc]
    endpoints: { vpc: vpc-0ddddddd, routeTables: [rtb-0eeeeeee], services: [dynamodb, kms, secretsmanager, sts] }
targets:
  ledger: { kind: postgres, network: payments.vpc, connection: { host: ledger.internal }, admins: [{ user: admin, password: "vault://admin/all" }] }
  public: { kind: postgres, connection: { host: db.example }, admins: [{ user: admin, password: "vault://admin/all" }] }
classes: { admins: { owner: platform-team, maxAge: 30d } }
secrets: [{ ref: "vault://admin/all", class: admins, tenant: platform }]
`;

/** What cfn-lint says of a template, each finding once. */
function lint(templateFile: string): string[] {
  if (!existsSync(CFN_LINT)) throw new Error('cfn-lint is missing: deploy/install-cfn-lint.sh installs it');
  // W3005: the framework names a dependency that a reference already makes.
  const words = ['-t', templateFile, '-r', 'us-east-1', 'eu-central-1', '-i', 'W3005', '-f', 'json'];
  const { stdout } = spawnSync(CFN_LINT, words, { encoding: 'utf8' });
  const found = JSON.parse(stdout) as { Rule: { Id: string }; Message: string }[];
  return found.map(({ Rule, Message }) => `${Rule.Id} ${Message}`);
}

describe('the machines and the functions', () => {
  test('each task calls a function that the engine has and the template deploys, and nothing is substituted in vain', () => {
    for (const [, machine] of ofType('AWS::StepFunctions::StateMachine')) {
      const called = new Set(
        statesOf(machineOf(machine)).flatMap(([, { Arguments }]) =>
          Arguments?.FunctionName === undefined ? [] : Arguments.FunctionName.replace(/^\$\{(\w+)\}$/, '$1'),
        ),
      );
      expect(called.size).toBeGreaterThan(2);
      const substitutions = machine.Properties['DefinitionSubstitutions'] as Record<string, unknown>;
      expect(Object.keys(substitutions).sort()).toEqual([...called].sort());
      const deployed = new Set(functionsInTemplate().map(({ name }) => name));
      for (const name of called) {
        expect([name, FUNCTIONS.has(name), deployed.has(name)]).toEqual([name, true, true]);
        expect(substitutions[name]).toEqual({ 'Fn::GetAtt': [`${name}LambdaFunction`, 'Arn'] });
      }
    }
  });

  test('each error that is caught or tried again is one that somebody reports', () => {
    const known = new Set([...Object.keys(FAMILIES), ...OF_AWS]);
    for (const [, machine] of ofType('AWS::StepFunctions::StateMachine')) {
      for (const [name, { Retry = [], Catch = [] }] of statesOf(machineOf(machine))) {
        const named = [...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals);
        expect([name, ...named.filter((error) => !known.has(error))]).toEqual([name]);
      }
    }
  });

  test('Lambda ends a step before the machine gives it up, so that what is said is why', () => {
    const timeouts = new Map(
      functionsInTemplate().map(({ name, ...properties }) => [
        name,
        Number((properties as Record<string, unknown>)['Timeout']),
      ]),
    );
    for (const [, machine] of ofType('AWS::StepFunctions::StateMachine')) {
      for (const [name, { Arguments, TimeoutSeconds }] of statesOf(machineOf(machine))) {
        if (Arguments?.FunctionName === undefined) continue;
        const called = Arguments.FunctionName.replace(/^\$\{(\w+)\}$/, '$1');
        const waits = TimeoutSeconds === '{% $lifeSeconds %}' ? LEAST_LIFE_SECONDS : Number(TimeoutSeconds);
        const patience = `${name} waits ${waits} s`;
        expect([patience, (timeouts.get(called) ?? Infinity) < waits]).toEqual([patience, true]);
      }
    }
  });

  test('what is deployed are the folders that have an entry for Lambda, each with a role of its own', () => {
    const functions = functionsInTemplate();
    expect(functions.map(({ name }) => name).sort()).toEqual(deployedFolders().map(functionName).sort());
    const roles = functions.map((properties) =>
      JSON.stringify((properties as Record<string, unknown>)['Role']),
    );
    expect(new Set(roles).size).toBe(functions.length);
    expect(roles.join()).not.toContain('IamRoleLambdaExecution');
  });

  test('[7.2] fronts are told the names of functions that are deployed, in each network', () => {
    for (const { resources } of [service, inNetworks]) {
      const properties = Object.values(resources).flatMap(({ Type, Properties }) =>
        Type === 'AWS::Lambda::Function' ? [Properties] : [],
      );
      const deployed = new Set(properties.map(({ FunctionName }) => FunctionName));
      const told = properties.flatMap(({ Environment }) => {
        const { Variables } = Environment as { Variables: Record<string, string> };
        return Variables['REKEY_WORKERS'] ?? [];
      });
      expect(told).toHaveLength(2);
      const names = told.flatMap((text) =>
        Object.values(JSON.parse(text) as Record<string, string | Record<string, string>>).flatMap((one) =>
          typeof one === 'string' ? [one] : Object.values(one),
        ),
      );
      expect(names.filter((name) => !deployed.has(name))).toEqual([]);
      expect(names.some((name) => name.endsWith('-RestoreTarget-payments_vpc'))).toBe(
        resources === inNetworks.resources,
      );
    }
  });

  test('each environment variable that a bundle reads is set, and no other', () => {
    for (const { name, ...properties } of functionsInTemplate()) {
      const { Variables } = (properties as Record<string, unknown>)['Environment'] as {
        Variables: Record<string, unknown>;
      };
      const read = new Set(service.code(name).match(/REKEY_[A-Z_]+/g));
      expect([name, ...Object.keys(Variables).sort()]).toEqual([name, ...[...read].sort()]);
    }
  });
});

describe('the template', () => {
  test('the machines hold to the language, as they are packaged', () => {
    for (const [, machine] of ofType('AWS::StepFunctions::StateMachine')) {
      const text = JSON.stringify(machineOf(machine)).replaceAll(
        /\$\{(\w+)\}/g,
        'arn:aws:lambda:us-east-1:000000000000:function:$1',
      );
      const { isValid, errorsText } = validateAsl(JSON.parse(text));
      expect([errorsText(), isValid]).toEqual(['', true]);
    }
  });

  test('cfn-lint finds nothing in it', () => {
    expect(lint(service.templateFile)).toEqual(KNOWN);
  });

  test('nor where targets stand in networks that cannot be reached from outside', () => {
    expect(Object.keys(inNetworks.resources)).toContain('AdvanceBatchInpaymentsx2evpcLambdaFunction');
    expect(lint(inNetworks.templateFile)).toEqual(KNOWN);
  });

  test('nothing has a name that a second stage of the account would want too', () => {
    const names = Object.entries(service.resources).flatMap(([id, { Properties }]) =>
      Object.entries(Properties ?? {}).flatMap(([key, value]) =>
        /^(Name|\w+Name)$/.test(key) && typeof value === 'string' && !OF_NO_ACCOUNT.has(key)
          ? [`${id}.${key} ${value}`]
          : [],
      ),
    );
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !name.includes('rekey-proof'))).toEqual([]);
  });

  test('[F.1] without Slack in rekey.yaml no URL is open to everybody, and nothing of Slack runs by itself', () => {
    const open = ofType('AWS::Lambda::Url').filter(
      ([, { Properties }]) => Properties['AuthType'] !== 'AWS_IAM',
    );
    expect(open).toEqual([]);
    expect(Object.keys(service.outputs)).not.toContain('SlackUrl');
    const rules = ofType('AWS::Events::Rule').filter(([id]) => id.includes('TellSlack'));
    expect(rules.map(([, { Properties }]) => Properties['State'])).toEqual(['DISABLED', 'DISABLED']);
    expect(service.resources['SlackWorkerEventSourceMappingSQSSlackInbox']?.Properties['Enabled']).toBe(
      false,
    );
  });

  test('[6.5] nobody is woken by a proof: the rule excuses each function that acts as the prover, and no other', () => {
    const may = JSON.stringify(service.resources['ActAsProver']?.Properties?.['Roles']);
    const functions = [...may.matchAll(/"(\w+)Role"/g)].map(([, name]) => name);
    const rule = JSON.stringify(service.resources['ReissuerOutsideItsFunction']?.Properties);
    const excused = [...rule.matchAll(/\*\/rekey-proof-(\w+)\*/g)].map(([, name]) => name);
    expect(excused.length).toBeGreaterThan(2);
    expect(new Set(excused)).toEqual(new Set(functions));
  });

  test('[7.2] the fence of readers stands open under the name by which a responder finds it, and closed denies the stage’s secrets', () => {
    const { ManagedPolicyName, PolicyDocument } = service.resources['ReaderFence']?.Properties ?? {};
    const place = {
      partition: 'aws',
      account: '111122223333',
      region: 'eu-central-1',
      prefix: 'rekey-proof',
    };
    const filledIn = (value: unknown) =>
      JSON.stringify(value)
        .replaceAll(/\{"Fn::Sub":("[^"]*")\}/g, '$1')
        .replaceAll('${AWS::Partition}', place.partition)
        .replaceAll('${AWS::AccountId}', place.account)
        .replaceAll('${AWS::Region}', place.region);
    const name = JSON.parse(filledIn(ManagedPolicyName)) as string;
    expect(readerFenceArn(place)).toBe(`arn:aws:iam::111122223333:policy/${name}`);
    const open = filledIn(PolicyDocument);
    expect(deniesReaders(open, place)).toBe(false);
    expect(deniesReaders(renderReaderFence(place), place)).toBe(true);
    expect(JSON.parse(renderReaderFence(place))).toEqual(
      JSON.parse(open.replace(':secret:rekey-proof/-/-', ':secret:rekey-proof/*')),
    );
    const attached = ['ReaderRole', 'CanaryRole'].map(
      (role) => service.resources[role]?.Properties['ManagedPolicyArns'],
    );
    expect(attached).toEqual(attached.map(() => expect.arrayContaining([{ Ref: 'ReaderFence' }])));
  });

  test('[7.2] whoever switches a key off, or the fence of readers, around Rekey wakes people', () => {
    for (const [rule, eventName] of [
      ['KeyPolicyWrittenElsewhere', 'DisableKey'],
      ['ReaderFenceSwitched', 'SetDefaultPolicyVersion'],
    ] as const) {
      const { EventPattern, Targets, State } = service.resources[rule]?.Properties ?? {};
      const { detail } = EventPattern as { readonly detail: { readonly eventName: readonly string[] } };
      expect([rule, detail.eventName]).toEqual([rule, expect.arrayContaining([eventName])]);
      expect([rule, State === 'DISABLED', Targets]).toEqual([
        rule,
        false,
        [{ Id: 'notices', Arn: { Ref: 'Notices' } }],
      ]);
    }
  });

  test('[1.5] [F.4] logs lie under the control plane’s key, for a time, and executions leave no data in them', () => {
    const groups = ofType('AWS::Logs::LogGroup');
    const machines = ofType('AWS::StepFunctions::StateMachine');
    // And the one that logs are passed on to.
    expect(groups.length).toBe(functionsInTemplate().length + machines.length + 1);
    for (const [id, { Properties }] of groups) {
      expect([id, Properties['KmsKeyId'], Properties['RetentionInDays']]).toEqual([
        id,
        { 'Fn::GetAtt': ['LogKey', 'Arn'] },
        90,
      ]);
    }
    for (const [, { Properties }] of machines) {
      expect(Properties['LoggingConfiguration']).toMatchObject({ IncludeExecutionData: false });
      expect(Properties['TracingConfiguration']).toEqual({ Enabled: true });
    }
  });

  test('[1.5] a log that could not be scanned goes to no dead letters: they would keep what is secret in it', () => {
    const failing = JSON.stringify(
      ofType('AWS::Lambda::EventInvokeConfig').filter(([id]) => id.startsWith('ScanLogs')),
    );
    expect(failing).not.toContain('OnFailure');
    expect(JSON.stringify(service.resources['ScanLogsLambdaFunction'])).not.toContain('DeadLetterConfig');
  });

  test('[6.3] the tables are those that the adapters are tested on, and outlive the stack', () => {
    for (const [id, schema] of [
      ['Registry', REGISTRY_TABLE],
      ['Audit', AUDIT_TABLE],
    ] as const) {
      const table = service.resources[id] as Resource & { readonly DeletionPolicy?: string };
      const { StreamSpecification: stream, ...rest } = schema;
      expect(table.Properties).toMatchObject({
        ...rest,
        ...(stream === undefined ? {} : { StreamSpecification: { StreamViewType: stream.StreamViewType } }),
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
      expect(table.DeletionPolicy).toBe('Retain');
    }
  });
});

const OF_NO_ACCOUNT = new Set([
  'PolicyName',
  'MetricName',
  'DisplayName',
  'AttributeName',
  'EventSourceName',
  'S3BucketName',
  'EventBusName',
]);

describe('the zips', () => {
  test('are the same bytes whenever they are made, hold the module that Lambda loads and what it loads later, and no map', async () => {
    const digestsIn = (folder: string): string[] =>
      readdirSync(folder)
        .sort()
        .map((name) => {
          const bytes = readFileSync(join(folder, name));
          // Dated 1 January 1980, whatever the clock of the one who packages says.
          expect([name, bytes.readUInt32LE(10)]).toEqual([name, 0x0021_0000]);
          return `${name} ${createHash('sha256').update(bytes).digest('hex')}`;
        });
    const again = mkdtempSync(join(tmpdir(), 'rekey-zips-'));
    try {
      await packageFunctions(again);
      const first = digestsIn(join(service.folder, 'build', 'functions'));
      expect(first).toHaveLength(deployedFolders().length);
      expect(digestsIn(join(again, 'functions'))).toEqual(first);
    } finally {
      rmSync(again, { recursive: true, force: true });
    }
    for (const { name } of functionsInTemplate()) {
      expect(service.files(name)).toContain('index.mjs');
      expect(service.files(name).filter((file) => !/^(index|part-[A-Z0-9]+)\.mjs$/.test(file))).toEqual([]);
      expect(service.code(name)).not.toContain('sourceMappingURL');
    }
  });

  test('load no driver of a target when they start: the first session does', async () => {
    const { atStart, inputs } = await bundle(ROOT, 'functions/advance-batch/lambda.ts');
    const drivers = (paths: readonly string[]) =>
      paths.filter((path) => /^node_modules\/(pg|mysql2|@aws-sdk\/client-iam)\//.test(path));
    expect(drivers(Object.keys(inputs)).length).toBeGreaterThan(3);
    expect(drivers(atStart.inputs)).toEqual([]);
  });

  test('hold nothing of what is only for tests: its licence would reach the control plane', () => {
    const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; license?: string }>;
    };
    const folder = join(service.folder, 'build', 'inputs');
    for (const file of readdirSync(folder)) {
      const inputs = Object.keys(JSON.parse(readFileSync(join(folder, file), 'utf8')) as object);
      const packages = new Set(
        inputs.flatMap(
          (path) => /^(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
        ),
      );
      expect(packages.size).toBeGreaterThan(3);
      for (const path of packages) {
        const { dev = false, license = '' } = lock.packages[path] ?? {};
        expect([file, path, dev, /GPL/.test(license)]).toEqual([file, path, false, false]);
      }
    }
  });
});
