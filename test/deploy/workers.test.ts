import jsonata from 'jsonata';
import { expect, test } from 'vitest';
import { workersFor } from '../../deploy/workers.ts';
import { ConfigFile } from '../../shared/domain/config/schema.ts';

const config = ConfigFile.parse({
  version: 1,
  networks: {
    'payments.vpc': {
      subnets: ['subnet-0aaaaaaa', 'subnet-0bbbbbbb'],
      securityGroups: ['sg-0ccccccc'],
      endpoints: { vpc: 'vpc-0ddddddd', routeTables: ['rtb-0eeeeeee'], services: ['dynamodb', 'kms'] },
    },
    'ledger-vpc': { subnets: ['subnet-0fffffff'], securityGroups: ['sg-01111111'] },
  },
  targets: {
    'main-db': target('payments.vpc'),
    'other-db': target('payments.vpc'),
    ledger: target('ledger-vpc'),
    public: target('local'),
  },
});

function target(network: string) {
  return { kind: 'postgres', network, connection: {}, admins: [{ user: 'a', password: 'vault://admin/a' }] };
}

/** The callee as CloudFormation fills it in and Step Functions evaluates it. */
async function calleeFor(targetId: string): Promise<unknown> {
  const { 'Fn::Sub': sub } = workersFor(config).substitutions.AdvanceBatch as {
    'Fn::Sub': [string, Record<string, { 'Fn::GetAtt': [string, string] }>];
  };
  const text = sub[0].replaceAll(
    /\$\{(\w+)\}/g,
    (_whole, name: string) => sub[1][name]?.['Fn::GetAtt'][0] ?? '',
  );
  const [, expression = ''] = /^\{% (.*) %\}$/.exec(text) ?? [];
  return jsonata(expression).evaluate({}, { states: { input: { targetId } } });
}

test('[5.4] a batch is worked where its target can be reached, and the machine stays as it is', async () => {
  expect(await calleeFor('main-db')).toBe('AdvanceBatchInpaymentsx2evpcLambdaFunction');
  expect(await calleeFor('other-db')).toBe('AdvanceBatchInpaymentsx2evpcLambdaFunction');
  expect(await calleeFor('ledger')).toBe('AdvanceBatchInledgerx2dvpcLambdaFunction');
  expect(await calleeFor('public')).toBe('AdvanceBatchLambdaFunction');
  expect(await calleeFor('nobody-knows')).toBe('AdvanceBatchLambdaFunction');
});

test('each network has its workers, in its subnets, with the role and the environment of the one outside', () => {
  const { functions, resources } = workersFor(config);
  expect(Object.keys(functions).sort()).toEqual([
    'AdvanceBatchInledgerx2dvpc',
    'AdvanceBatchInpaymentsx2evpc',
    'CheckTargetInledgerx2dvpc',
    'CheckTargetInpaymentsx2evpc',
    'CutTargetInledgerx2dvpc',
    'CutTargetInpaymentsx2evpc',
    'NoteIdentitiesInledgerx2dvpc',
    'NoteIdentitiesInpaymentsx2evpc',
    'RestoreTargetInledgerx2dvpc',
    'RestoreTargetInpaymentsx2evpc',
    'RotateBatchInledgerx2dvpc',
    'RotateBatchInpaymentsx2evpc',
  ]);
  expect(functions['CutTargetInpaymentsx2evpc']).toMatchObject({
    role: '${file(deploy/functions.yml):CutTarget.role}',
    environment: '${file(deploy/functions.yml):CutTarget.environment}',
    vpc: { subnetIds: ['subnet-0aaaaaaa', 'subnet-0bbbbbbb'], securityGroupIds: ['sg-0ccccccc'] },
  });
  // Endpoints where the file asks for them, and nowhere else.
  expect(Object.keys(resources.Resources).sort()).toEqual([
    'DynamodbEndpointInpaymentsx2evpc',
    'EndpointsInpaymentsx2evpc',
    'KmsEndpointInpaymentsx2evpc',
    'WorkersInNetworksPolicy',
  ]);
});

test('[7.2] fronts are told what stands in which network, under the names that are deployed', () => {
  const { functions, names } = workersFor(config);
  const told = JSON.parse(names) as Record<string, Record<string, string>>;
  expect(Object.keys(told)).toEqual(['RestoreTarget', 'CheckTarget', 'NoteIdentities', 'RestoreClass']);
  const deployed = functions as Record<string, { name: string }>;
  expect(told['RestoreTarget']).toEqual({
    local: '${self:service}-${sls:stage}-RestoreTarget',
    'ledger-vpc': deployed['RestoreTargetInledgerx2dvpc']?.name,
    'payments.vpc': deployed['RestoreTargetInpaymentsx2evpc']?.name,
  });
  expect(told['RestoreClass']).toBe('${self:service}-${sls:stage}-RestoreClass');
});

test('with every target outside, there is one worker and nothing to choose', () => {
  const { functions, resources, substitutions } = workersFor({ networks: {}, targets: {} });
  expect(functions).toEqual({});
  expect(resources.Resources).toEqual({});
  expect(substitutions.CutTarget).toEqual({ 'Fn::GetAtt': ['CutTargetLambdaFunction', 'Arn'] });
});
