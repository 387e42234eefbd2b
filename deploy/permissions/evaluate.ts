import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';

/** One call, by one principal, and every policy that has a say in it. */
export interface Request {
  /** By ARN. */
  readonly principal: string;
  readonly action: string;
  /** By ARN; `*` for calls that name none. */
  readonly resource: string;
  readonly identity: readonly object[];
  readonly boundary?: object | null;
  /** Of the bucket, the key, or the role that is to be assumed. */
  readonly resourcePolicy?: object | null;
  /** What else of the request conditions may speak of. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** The evaluator drops condition keys whose name goes on after a colon: another key with the same value stands in. */
const DROPPED = 'kms:EncryptionContext:';
const STANDS_IN = 'aws:RequestTag/';

function standingIn(policy: object): object {
  return JSON.parse(JSON.stringify(policy).replaceAll(DROPPED, STANDS_IN)) as object;
}

/** Whether IAM lets the call through, by an evaluator of the documented rules: identity, boundary and resource together. */
export async function isAllowed(request: Request): Promise<boolean> {
  const account = request.principal.split(':')[4] ?? '';
  const root = request.principal.endsWith(':root');
  const context = Object.entries({
    'aws:PrincipalArn': request.principal,
    'aws:PrincipalAccount': account,
    'aws:PrincipalType': root ? 'Account' : 'AssumedRole',
    'aws:SecureTransport': 'true',
    ...(request.action.startsWith('kms:') ? { 'kms:CallerAccount': account } : {}),
    ...request.context,
  });
  const simulation: Simulation = {
    request: {
      principal: request.principal,
      action: request.action,
      resource: { resource: request.resource, accountId: account },
      contextVariables: Object.fromEntries(
        context.map(([name, value]) => [
          name.replace(DROPPED, STANDS_IN),
          typeof value === 'string' ? value : [...value],
        ]),
      ),
    },
    identityPolicies: request.identity.map((policy, index) => ({
      name: `identity ${index}`,
      policy: standingIn(policy),
    })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(request.boundary == null
      ? {}
      : { permissionBoundaryPolicies: [{ name: 'boundary', policy: request.boundary }] }),
    ...(request.resourcePolicy == null
      ? {}
      : {
          resourcePolicy: standingIn(request.resourcePolicy),
        }),
  };
  const result = await runSimulation(simulation, {});
  if (result.resultType === 'error')
    throw new Error(`${request.action} on ${request.resource}: ${JSON.stringify(result.errors)}`);
  return result.overallResult === 'Allowed';
}
