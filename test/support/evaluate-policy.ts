import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';

export interface KmsRequest {
  readonly principal: string;
  readonly action: string;
  readonly key: string;
  readonly policy: string;
  /** What else of the request conditions may speak of. */
  readonly context?: Readonly<Record<string, string>>;
  /** Of who asks: everything on every key, where nothing else is said. */
  readonly identity?: object;
}

const EVERYTHING = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }],
};

/** The evaluator drops condition keys whose name goes on after a colon: another key with the same value stands in. */
const DROPPED = 'kms:EncryptionContext:';
const STANDS_IN = 'aws:RequestTag/';

/** Whether IAM and the key's policy together allow a request, by an evaluator of the documented rules. */
export async function isAllowed(request: KmsRequest): Promise<boolean> {
  const accountId = request.principal.split(':')[4] ?? '';
  const root = request.principal.endsWith(':root');
  const simulation: Simulation = {
    request: {
      principal: request.principal,
      action: request.action,
      resource: { resource: request.key, accountId },
      contextVariables: {
        'aws:PrincipalArn': request.principal,
        'aws:PrincipalAccount': accountId,
        'aws:PrincipalType': root ? 'Account' : 'AssumedRole',
        'kms:CallerAccount': accountId,
        ...Object.fromEntries(
          Object.entries(request.context ?? {}).map(([name, value]) => [
            name.replace(DROPPED, STANDS_IN),
            value,
          ]),
        ),
      },
    },
    // The root user may do everything by nature; the evaluator wants it written down.
    identityPolicies: [{ name: 'identity', policy: request.identity ?? EVERYTHING }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: JSON.parse(request.policy.replaceAll(DROPPED, STANDS_IN)),
  };
  const result = await runSimulation(simulation, {});
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return result.overallResult === 'Allowed';
}
