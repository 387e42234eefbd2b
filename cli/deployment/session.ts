import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { RekeyError } from '../../shared/domain/errors.ts';
import { type DeploymentName, identityOf, renewalOf, whoseOf } from './name.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Credentials as the AWS configuration of this machine has them: profile, SSO, environment. */
export function sessionOf(name: DeploymentName): () => Promise<Credentials> {
  const { profile } = name;
  const provide = defaultProvider(profile === undefined ? {} : { profile });
  return async () => {
    try {
      return await provide();
    } catch (error) {
      throw noCredentials(name, error);
    }
  };
}

/** What the provider says speaks of profiles and files, never of a key. */
function noCredentials(name: DeploymentName, error: unknown): RekeyError {
  const why = error instanceof Error ? error.message : '';
  const expired = /expired|SSO session/i.test(why);
  return new RekeyError({
    code: expired ? 'session-expired' : 'session-missing',
    family: 'Denied',
    message: expired
      ? `the session of ${whoseOf(name)} has expired, or was never begun`
      : `${whoseOf(name)} gives no credentials: ${why.split('\n')[0] ?? ''}`,
    safe: 'Nothing was sent.',
    next: [renewalOf(name), identityOf(name)],
    cause: error,
  });
}
