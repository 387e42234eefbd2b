import type { ConfigFile } from '../shared/domain/config/schema.ts';

/** Those that the state machines call, and those that a front does. */
const CALLED_BY_MACHINES = ['CutTarget', 'AdvanceBatch', 'RotateBatch'] as const;
const CALLED_BY_FRONTS = ['RestoreTarget', 'CheckTarget', 'NoteIdentities'] as const;

/** What opens sessions at targets, and so has to stand where they can be reached. */
const WORKERS = [...CALLED_BY_MACHINES, ...CALLED_BY_FRONTS] as const;

type OfTheMachines = (typeof CALLED_BY_MACHINES)[number];

/** Where no network is named: outside any network of the account. */
const OUTSIDE = 'local';

/** What a worker in a network has of the one outside. */
const SAME = ['handler', 'description', 'role', 'memorySize', 'timeout', 'environment', 'package'] as const;

/** What serverless.yml takes over: parts of it that depend on where the targets stand. */
export interface Workers {
  /** A function for each network beside `local`. */
  readonly functions: Readonly<Record<string, object>>;
  readonly resources: { readonly Resources: Readonly<Record<string, object>> };
  /** What the state machines call: the one function, or which of them by the batch's target. */
  readonly substitutions: Readonly<Record<OfTheMachines, object>>;
  /** What fronts call, by the network of the target: `REKEY_WORKERS`, as JSON. */
  readonly names: string;
}

/** Pure: the same `rekey.yaml` gives the same workers. */
export function workersFor(config: Pick<ConfigFile, 'networks' | 'targets'>): Workers {
  const used = [...new Set(Object.values(config.targets).map(({ network }) => network))]
    .filter((network) => network !== OUTSIDE)
    .sort();
  const functions: Record<string, object> = {};
  for (const network of used) {
    const { subnets = [], securityGroups = [] } = config.networks[network] ?? {};
    for (const worker of WORKERS) {
      const same = (part: string) => `\${file(deploy/functions.yml):${worker}.${part}}`;
      functions[functionKey(worker, network)] = {
        ...Object.fromEntries(SAME.map((part) => [part, same(part)])),
        name: nameOf(worker, network),
        vpc: { subnetIds: subnets, securityGroupIds: securityGroups },
      };
    }
  }
  return {
    functions,
    resources: {
      Resources: {
        ...(used.length === 0 ? {} : { WorkersInNetworksPolicy: mayStandIn(used) }),
        ...Object.fromEntries(used.flatMap((network) => endpointsOf(network, config.networks[network]))),
      },
    },
    substitutions: {
      CutTarget: callee('CutTarget', config),
      AdvanceBatch: callee('AdvanceBatch', config),
      RotateBatch: callee('RotateBatch', config),
    },
    names: namesIn(used),
  };
}

/** By name and not by ARN: a front's environment must not wait for functions whose roles wait for keys. */
function namesIn(networks: readonly string[]): string {
  const byNetwork = (worker: string) => ({
    [OUTSIDE]: nameOf(worker),
    ...Object.fromEntries(networks.map((network) => [network, nameOf(worker, network)])),
  });
  return JSON.stringify({
    ...Object.fromEntries(CALLED_BY_FRONTS.map((worker) => [worker, byNetwork(worker)])),
    RestoreClass: nameOf('RestoreClass'),
  });
}

function nameOf(worker: string, network?: string): string {
  const suffix = network === undefined ? '' : `-${network.replaceAll('.', '_')}`;
  return `\${self:service}-\${sls:stage}-${worker}${suffix}`;
}

function functionKey(worker: string, network: string): string {
  return `${worker}In${wordOf(network)}`;
}

/** A network's name as CloudFormation takes it: letters and digits, two names never the same. */
function wordOf(network: string): string {
  return network.replaceAll(/[^A-Za-z0-9]/g, (sign) => `x${sign.charCodeAt(0).toString(16)}`);
}

function arnOf(logicalName: string): object {
  return { 'Fn::GetAtt': [`${logicalName}LambdaFunction`, 'Arn'] };
}

/**
 * The callee stands inside a JSON string of the machine. With targets in several networks it becomes an expression that
 * finds the worker for its target: the machine itself stays as it is on one machine.
 */
function callee(worker: OfTheMachines, { targets }: Pick<ConfigFile, 'targets'>): object {
  const elsewhere = Map.groupBy(
    Object.entries(targets).filter(([, { network }]) => network !== OUTSIDE),
    ([, { network }]) => network,
  );
  if (elsewhere.size === 0) return arnOf(worker);
  const networks = [...elsewhere].sort(([a], [b]) => (a < b ? -1 : 1));
  const choices = networks.map(
    ([network, itsTargets]) =>
      `$states.input.targetId in [${itsTargets.map(([id]) => `'${id}'`).join(', ')}] ? '\${In${wordOf(network)}}'`,
  );
  return {
    'Fn::Sub': [
      `{% ${choices.join(' : ')} : '\${Outside}' %}`,
      {
        ...Object.fromEntries(
          networks.map(([network]) => [`In${wordOf(network)}`, arnOf(functionKey(worker, network))]),
        ),
        Outside: arnOf(worker),
      },
    ],
  };
}

/** Lambda puts the workers' network interfaces there by their role; their own code may not. */
function mayStandIn(networks: readonly string[]): object {
  const actions = [
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ];
  return {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'network',
      Roles: WORKERS.map((worker) => ({ Ref: `${worker}Role` })),
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Sid: 'StandInTheNetwork', Effect: 'Allow', Action: actions, Resource: '*' },
          {
            Sid: 'NotByTheirOwnCode',
            Effect: 'Deny',
            Action: actions,
            Resource: '*',
            Condition: {
              ArnEquals: {
                'lambda:SourceFunctionArn': WORKERS.flatMap((worker) =>
                  networks.map((network) => ({
                    'Fn::Sub': `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${nameOf(worker, network)}`,
                  })),
                ),
              },
            },
          },
        ],
      },
    },
  };
}

function endpointsOf(
  network: string,
  described: ConfigFile['networks'][string] | undefined,
): [string, object][] {
  const endpoints = described?.endpoints;
  if (endpoints === undefined) return [];
  const word = wordOf(network);
  const group = `EndpointsIn${word}`;
  const made = endpoints.services.map((service): [string, object] => [
    `${service[0]?.toUpperCase()}${service.slice(1)}EndpointIn${word}`,
    {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        VpcId: endpoints.vpc,
        ServiceName: { 'Fn::Sub': `com.amazonaws.\${AWS::Region}.${service}` },
        ...(service === 'dynamodb'
          ? { VpcEndpointType: 'Gateway', RouteTableIds: endpoints.routeTables }
          : {
              VpcEndpointType: 'Interface',
              PrivateDnsEnabled: true,
              SubnetIds: described?.subnets,
              SecurityGroupIds: [{ Ref: group }],
            }),
      },
    },
  ]);
  return [
    [
      group,
      {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: {
          GroupDescription: `What the workers of Rekey in ${network} reach of AWS.`,
          VpcId: endpoints.vpc,
          SecurityGroupIngress: (described?.securityGroups ?? []).map((worker) => ({
            IpProtocol: 'tcp',
            FromPort: 443,
            ToPort: 443,
            SourceSecurityGroupId: worker,
          })),
        },
      },
    ],
    ...made,
  ];
}
