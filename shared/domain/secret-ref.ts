/** A secret's name, the only thing an agent, a workflow or an entry ever holds: `vault://<store path>`. */
export type SecretRef = `vault://${string}`;

const SHAPE = /^vault:\/\/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?(?:\/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)*$/i;

/** At most 256 characters, so that a name fits every store's own limit (AWS Secrets Manager: 512). */
const LONGEST = 256;

export function isSecretRef(text: string): text is SecretRef {
  return text.length <= LONGEST && SHAPE.test(text);
}
