import { fromIni } from '@aws-sdk/credential-provider-ini';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { RekeyError } from '../../shared/domain/errors.ts';
import { type DeploymentName, identityOf, renewalOf, whoseOf } from './name.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** None: they do not end by themselves. */
  readonly expiration?: Date;
}

/** Renewed that long before their end, as the SDK does it. */
const RENEWED_BEFORE_MS = 300_000;

/**
 * Credentials as the AWS configuration of this machine has them: profile, SSO, environment. A profile that is named is the
 * only one that is asked: no role of the machine, and nothing in the environment, signs in its place.
 */
export function sessionOf(name: Pick<DeploymentName, 'profile'>): () => Promise<Credentials> {
  const { profile } = name;
  const provide = profile === undefined ? defaultProvider() : fromIni({ profile });
  let held: Credentials | undefined;
  return async () => {
    const endMs = held?.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
    if (held === undefined || endMs - Date.now() < RENEWED_BEFORE_MS) {
      held = await provide().catch((error: unknown) => {
        throw noCredentials(name, error);
      });
    }
    return held;
  };
}

function noCredentials(name: Pick<DeploymentName, 'profile'>, error: unknown): RekeyError {
  const said = error instanceof Error ? error.message : '';
  // No cause: the command line of a `credential_process`, and what it printed, may hold anything.
  const ofProcess = said.startsWith('Command failed') || said.includes('credential_process');
  const why = said.startsWith('Command failed') ? 'its credential_process failed' : said.split('\n')[0];
  const expired = /expired|SSO session/i.test(said);
  return new RekeyError({
    code: expired ? 'session-expired' : 'session-missing',
    family: 'Denied',
    message: expired
      ? `the session of ${whoseOf(name)} has expired${ofProcess ? ': its credential_process says so' : ', or was never begun'}`
      : `${whoseOf(name)} gives no credentials: ${why}`,
    safe: 'Nothing was sent.',
    next: [
      ofProcess ? 'renew what its credential_process uses, then the same command again' : renewalOf(name),
      identityOf(name),
    ],
  });
}
