import { isSecretRef, type SecretRef } from '../../../domain/secret-ref.ts';

const SCHEME = 'vault://';

/** How a complete ARN ends: a name that ends like this is taken for one (Secrets Manager's documentation of `SecretId`). */
const LIKE_AN_ARN = /-[A-Za-z0-9]{6}$/;

/** No reference holds it, Secrets Manager's names may. */
const MARK = '=';

/**
 * The name of a reference's secret in a stage: `<prefix>/<path of the reference>`. References use only what names may hold, so
 * nothing has to be escaped but an end that looks like an ARN's.
 */
export function secretName(prefix: string, ref: SecretRef): string {
  const name = `${prefix}/${ref.slice(SCHEME.length)}`;
  return LIKE_AN_ARN.test(name) ? `${name}${MARK}` : name;
}

/** The reference that a secret's name stands for; null for a secret that is not this stage's. */
export function refOfSecretName(prefix: string, name: string): SecretRef | null {
  if (!name.startsWith(`${prefix}/`)) return null;
  const path = name.slice(prefix.length + 1);
  const ref = `${SCHEME}${path.endsWith(MARK) ? path.slice(0, -MARK.length) : path}`;
  return isSecretRef(ref) && secretName(prefix, ref) === name ? ref : null;
}
