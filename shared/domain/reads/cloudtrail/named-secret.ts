import type { NamedSecret } from '../read-event.ts';
import { type TrailRecord, textIn } from './record.ts';

const ARN = /^arn:[^:]+:secretsmanager:([^:]*):(\d*):secret:(.+)$/;
/** What Secrets Manager puts after a name in its ARN; a partial ARN has none. */
const SUFFIX = /-[A-Za-z0-9]{6}$/;

/**
 * The secret that a record is about, by name, partial ARN or ARN, wherever it stands: in the parameters, of a service's event
 * beside them, of a key's in the encryption context, of a denial without parameters in its message alone.
 */
export function namedSecretOf({
  requestParameters,
  additionalEventData,
  errorMessage,
}: Pick<TrailRecord, 'requestParameters' | 'additionalEventData' | 'errorMessage'>): NamedSecret | undefined {
  const context = requestParameters?.['encryptionContext'];
  const said =
    textIn(requestParameters, 'secretId') ??
    textIn(requestParameters, 'name') ??
    textIn(additionalEventData, 'ARN') ??
    textIn(additionalEventData, 'SecretId') ??
    textIn(additionalEventData, 'Name') ??
    textIn(typeof context === 'object' && context !== null ? { ...context } : undefined, 'SecretARN') ??
    /on resource: (arn:\S+)/.exec(errorMessage ?? '')?.[1]?.slice(0, 512);
  return said === undefined ? undefined : nameIn(said);
}

function nameIn(said: string): NamedSecret {
  const [, region, account, name] = ARN.exec(said) ?? [];
  if (name === undefined) return { name: said };
  return {
    name: name.replace(SUFFIX, ''),
    ...(account === undefined || account === '' ? {} : { account }),
    ...(region === undefined || region === '' ? {} : { region }),
  };
}
