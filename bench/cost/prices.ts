/**
 * On-demand prices of us-east-1 in dollars, beyond any free tier and without discounts, on 25 November 2026. AWS's pages fill
 * most of their tables in by script: Secrets Manager's and Step Functions' prices are from the pages' own text and examples, the
 * others as quoted from those pages by others in 2025 and 2026; that of X-Ray was not confirmed by a second source.
 */
export const PRICED_ON = '2026-11-25, us-east-1';

export interface Price {
  readonly dollars: number;
  /** For this many of the unit. */
  readonly per: number;
  readonly unit: string;
  readonly source: string;
}

export const PRICES = {
  secretsManagerCall: {
    dollars: 0.05,
    per: 10_000,
    unit: 'API calls',
    source: 'https://aws.amazon.com/secrets-manager/pricing/',
  },
  kmsRequest: { dollars: 0.03, per: 10_000, unit: 'requests', source: 'https://aws.amazon.com/kms/pricing/' },
  /** `Sign` and `GetPublicKey` on an elliptic-curve key. */
  kmsAsymmetricRequest: {
    dollars: 0.15,
    per: 10_000,
    unit: 'requests',
    source: 'https://aws.amazon.com/kms/pricing/',
  },
  dynamoWrite: {
    dollars: 0.625,
    per: 1_000_000,
    unit: 'write request units',
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  },
  dynamoRead: {
    dollars: 0.125,
    per: 1_000_000,
    unit: 'read request units',
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  },
  lambdaRequest: {
    dollars: 0.2,
    per: 1_000_000,
    unit: 'requests',
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  /** arm64, as `serverless.yml` deploys. */
  lambdaGbSecond: {
    dollars: 0.000_013_333_4,
    per: 1,
    unit: 'GB-seconds',
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  /** Standard: each step executed, retries too, also in the children of a distributed map. */
  stateTransition: {
    dollars: 0.025,
    per: 1_000,
    unit: 'state transitions',
    source: 'https://aws.amazon.com/step-functions/pricing/',
  },
  s3Put: { dollars: 0.005, per: 1_000, unit: 'PUT requests', source: 'https://aws.amazon.com/s3/pricing/' },
  s3Get: { dollars: 0.000_4, per: 1_000, unit: 'GET requests', source: 'https://aws.amazon.com/s3/pricing/' },
  logByte: {
    dollars: 0.5,
    per: 1_000_000_000,
    unit: 'bytes of logs',
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
  },
  trace: { dollars: 5, per: 1_000_000, unit: 'traces', source: 'https://aws.amazon.com/xray/pricing/' },
} as const satisfies Readonly<Record<string, Price>>;

export type Priced = keyof typeof PRICES;

/** Under whose name a price stands in the report. */
export const SERVICE_OF: Readonly<Record<Priced, string>> = {
  secretsManagerCall: 'Secrets Manager',
  kmsRequest: 'KMS',
  kmsAsymmetricRequest: 'KMS',
  dynamoWrite: 'DynamoDB',
  dynamoRead: 'DynamoDB',
  lambdaRequest: 'Lambda',
  lambdaGbSecond: 'Lambda',
  stateTransition: 'Step Functions',
  s3Put: 'S3',
  s3Get: 'S3',
  logByte: 'CloudWatch, X-Ray',
  trace: 'CloudWatch, X-Ray',
};
