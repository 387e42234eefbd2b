import { createHash } from 'node:crypto';

/** Hex digits of each half. Versions of one secret are told apart by them, and secrets of one account. */
const DIGITS = 12;
const LABEL = new RegExp(`rekey-[0-9a-f]{${DIGITS}}-[0-9a-f]{${DIGITS}}`);

const short = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, DIGITS);

/** What a credential is called at its issuer: whose it is and of which version, in 31 characters that every API takes. */
export function labelOf(ref: string, versionId: string): string {
  return `${labelsBeginWith(ref)}${short(versionId)}`;
}

/** How the labels of a secret's every version begin. */
export function labelsBeginWith(ref: string): string {
  return `rekey-${short(ref)}-`;
}

/** The label in what the issuer calls it, where it has one: there may be words beside it. */
export function labelIn(name: string): string | undefined {
  return LABEL.exec(name)?.[0];
}
