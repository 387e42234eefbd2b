/** Which deployment a command speaks to, as a person names it. */
export interface DeploymentName {
  readonly stage: string;
  /** What the stack's name begins with, before the stage. */
  readonly service: string;
  /** Of the AWS configuration; else keys in the environment, or the role that this machine has. */
  readonly profile?: string;
  readonly region?: string;
  /** Function URLs by their front; one that is not given is looked up in the stack's outputs. */
  readonly urls: Readonly<Partial<Record<FrontKey, string>>>;
}

/** Fronts as contexts name their URLs. */
export const FRONT_KEYS = [
  'control',
  'approval',
  'enrolment',
  'reader',
  'auditor',
  'watch',
  'leaks',
  'confirmation',
] as const;
export type FrontKey = (typeof FRONT_KEYS)[number];

export function stackOf({ service, stage }: DeploymentName): string {
  return `${service}-${stage}`;
}

/** Whose session signs. */
type Named = Pick<DeploymentName, 'profile'>;

/** For messages. */
export function whoseOf({ profile }: Named): string {
  return profile === undefined ? 'the AWS environment of this shell' : `the AWS profile ${profile}`;
}

/** How its session is renewed. */
export function renewalOf({ profile }: Named): string {
  return profile === undefined ? 'aws sso login' : `aws sso login --profile ${profile}`;
}

/** Shows whose session it is. */
export function identityOf({ profile }: Named): string {
  return `aws sts get-caller-identity${profile === undefined ? '' : ` --profile ${profile}`}`;
}
