/** Where a stage's fence of all readers is, and what it denies. */
export interface ReaderFencePlace {
  /** `aws`, `aws-cn`, …: of the caller's own ARN. */
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  /** Of the stage: `rekey-STAGE`. */
  readonly prefix: string;
}

/**
 * In words of its own, so that whoever knows the stage finds it with nothing of Rekey to ask. The region too: IAM has none. At no
 * path: LocalStack's CloudFormation leaves a policy's path out.
 */
export function readerFenceArn({ partition, account, region, prefix }: ReaderFencePlace): string {
  return `arn:${partition}:iam::${account}:policy/${prefix}-reader-fence-${region}`;
}

/** `DescribeSecret` too: whoever caches values asks it alone whether they are still the last. */
const READS = [
  'secretsmanager:GetSecretValue',
  'secretsmanager:BatchGetSecretValue',
  'secretsmanager:DescribeSecret',
];

/** The version that fences: every secret of the stage. The one that stands open denies a secret that nobody has. */
export function renderReaderFence(place: ReaderFencePlace): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Sid: 'FencedReaders', Effect: 'Deny', Action: READS, Resource: secretsOf(place) }],
  });
}

/** Whether a version fences. By what it says and not by its number, whichever release has rendered it. */
export function deniesReaders(document: string, place: ReaderFencePlace): boolean {
  const { Statement } = JSON.parse(document) as { readonly Statement: OneOrMany<PolicyStatement> };
  return many(Statement).some(
    ({ Effect, Action, Resource, Condition }) =>
      Effect === 'Deny' &&
      Condition === undefined &&
      READS.every((action) => many(Action).includes(action)) &&
      many(Resource).includes(secretsOf(place)),
  );
}

type OneOrMany<T> = T | readonly T[];

interface PolicyStatement {
  readonly Effect: string;
  readonly Action: OneOrMany<string>;
  readonly Resource: OneOrMany<string>;
  readonly Condition?: unknown;
}

function many<T>(given: OneOrMany<T>): readonly T[] {
  return Array.isArray(given) ? given : [given as T];
}

function secretsOf({ partition, account, region, prefix }: ReaderFencePlace): string {
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:${prefix}/*`;
}
