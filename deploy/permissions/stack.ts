import type { KeyRoles } from '../../shared/adapters/aws/kms/key-policy.ts';
import { type Place, type Resolver, type Resource, resolver, type Template } from './template.ts';

/** One statement of an identity policy, lists where IAM takes a word or a list. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

/** One IAM role of the template, with everything that says what it may do. */
export interface StackRole {
  /** Logical. */
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  /** Its own policies, those attached to it and the managed ones. */
  readonly policies: readonly Policy[];
  readonly boundary: Policy | null;
  /** Who may become it. */
  readonly trust: object;
}

/** A packaged service as IAM sees it. */
export interface Stack {
  readonly place: Place;
  readonly roles: ReadonlyMap<string, StackRole>;
  /** Whom the keys of class epochs name, as the functions are told. */
  readonly keyRoles: KeyRoles;
  readonly arnOf: (logicalName: string) => string;
  readonly namesOf: (type: string) => string[];
  /** Of a bucket, a key or a topic; null where there is none. */
  readonly resourcePolicyOf: (logicalName: string) => object | null;
  /** The role that a function runs as, by the function's name. */
  readonly roleOf: ReadonlyMap<string, string>;
}

const POLICIES_OF_RESOURCES: Readonly<Record<string, string>> = {
  'AWS::S3::BucketPolicy': 'Bucket',
  'AWS::SNS::TopicPolicy': 'Topics',
};

export function stackOf(template: Template, place: Place): Stack {
  const { Resources } = template;
  const resolve = resolver(template, place);
  const ofType = (type: string): [string, Resource][] =>
    Object.entries(Resources).filter(([, { Type }]) => Type === type);
  const managed = new Map(
    ofType('AWS::IAM::ManagedPolicy').map(([name, { Properties = {} }]) => [
      resolve.arnOf(name),
      policyOf(resolve, Properties['PolicyDocument']),
    ]),
  );
  const named = (arn: unknown): Policy => {
    const policy = managed.get(String(arn));
    if (policy === undefined) throw new Error(`${String(arn)} is no policy of the template`);
    return policy;
  };
  const attached = ofType('AWS::IAM::Policy').map(([, { Properties = {} }]) => ({
    roles: resolve(Properties['Roles']) as string[],
    policy: policyOf(resolve, Properties['PolicyDocument']),
  }));
  const roles = ofType('AWS::IAM::Role').map(([name, { Properties = {} }]): [string, StackRole] => {
    const own = (Properties['Policies'] ?? []) as { readonly PolicyDocument: unknown }[];
    const arns = (resolve(Properties['ManagedPolicyArns']) ?? []) as string[];
    const boundary = resolve(Properties['PermissionsBoundary']);
    return [
      name,
      {
        name,
        arn: resolve.arnOf(name),
        description: (resolve(Properties['Description']) ?? '') as string,
        policies: [
          ...own.map(({ PolicyDocument }) => policyOf(resolve, PolicyDocument)),
          ...attached.filter((one) => one.roles.includes(name)).map(({ policy }) => policy),
          ...arns.map(named),
        ],
        boundary: boundary === undefined ? null : named(boundary),
        trust: resolve(Properties['AssumeRolePolicyDocument']) as object,
      },
    ];
  });
  return {
    place,
    roles: new Map(roles),
    keyRoles: keyRolesOf(resolve, ofType('AWS::Lambda::Function')),
    arnOf: resolve.arnOf,
    namesOf: (type) => ofType(type).map(([name]) => name),
    resourcePolicyOf: (logicalName) => {
      const own = Resources[logicalName]?.Properties?.['KeyPolicy'];
      if (own !== undefined) return resolve(own) as object;
      const [found] = Object.values(Resources).filter(({ Type, Properties = {} }) =>
        JSON.stringify(Properties[POLICIES_OF_RESOURCES[Type] ?? ''] ?? null).includes(
          `{"Ref":"${logicalName}"}`,
        ),
      );
      return found === undefined ? null : (resolve(found.Properties?.['PolicyDocument']) as object);
    },
    roleOf: new Map(
      ofType('AWS::Lambda::Function').map(([name, { Properties = {} }]) => [
        name.replace(/LambdaFunction$/, ''),
        String(resolve(Properties['Role'])).split('/').at(-1) ?? '',
      ]),
    ),
  };
}

function policyOf(resolve: Resolver, document: unknown): Policy {
  const { Version, Statement } = resolve(document) as {
    readonly Version: string;
    readonly Statement: readonly (Omit<Statement, 'Action' | 'Resource'> & {
      readonly Action: string | readonly string[];
      readonly Resource: string | readonly string[];
    })[];
  };
  return {
    Version,
    Statement: Statement.map((one) => ({
      ...one,
      Action: [one.Action].flat(),
      Resource: [one.Resource].flat(),
    })),
  };
}

/** Every function that is told is told the same. */
function keyRolesOf(resolve: Resolver, functions: readonly [string, Resource][]): KeyRoles {
  const told = functions.flatMap(([, { Properties = {} }]) => {
    const { Variables = {} } = (Properties['Environment'] ?? {}) as {
      readonly Variables?: Readonly<Record<string, unknown>>;
    };
    return 'REKEY_KEY_ROLES' in Variables ? [String(resolve(Variables['REKEY_KEY_ROLES']))] : [];
  });
  const [first, ...others] = new Set(told);
  if (first === undefined || others.length > 0)
    throw new Error(`the functions are told ${others.length + 1} different sets of key roles`);
  return JSON.parse(first) as KeyRoles;
}
