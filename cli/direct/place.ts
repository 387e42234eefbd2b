import { RekeyError } from '../../shared/domain/errors.ts';
import { type DeploymentName, stackOf } from '../deployment/name.ts';

/** Which deployment is meant, by what it is called alone: nothing is asked of it. */
export interface Place {
  /** `rekey-STAGE`: what its keys, policies and secrets are called. */
  readonly prefix: string;
  readonly stage: string;
  /** Left out: as the AWS configuration says. */
  readonly region?: string;
  readonly profile?: string;
}

/** `Validation` `stage-missing`: one machine has nothing to close around Rekey. */
export function placeOf(deployment: DeploymentName | null): Place {
  if (deployment === null) {
    throw new RekeyError({
      code: 'stage-missing',
      family: 'Validation',
      message: 'this is about a deployment on AWS, and none is named',
      safe: 'Nothing was changed.',
      next: ['the same command with --stage STAGE, or --context NAME'],
    });
  }
  const { stage, region, profile } = deployment;
  return {
    prefix: stackOf(deployment),
    stage,
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
}
