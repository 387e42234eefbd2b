import { limitsOf, type PaceLimits } from './bucket.ts';

/** AWS's quotas that bind, in calls a second of one account and region, by the name that `rekey.yaml` gives each (aws-facts §1). */
export const QUOTAS = {
  /** `PutSecretValue`, `UpdateSecret` and `UpdateSecretVersionStage` together. Not adjustable. */
  secretsManagerWrites: 50,
} as const;

export type Quota = keyof typeof QUOTAS;

/** What of a quota Rekey takes, all of its workers together. */
export interface PaceRecord {
  readonly v: 1;
  readonly name: Quota;
  readonly perSecond: number;
}

/** `perSecond` undefined: the file says nothing of it, four fifths. */
export function quotaLimits(quota: Quota, perSecond: number | undefined): PaceLimits {
  return limitsOf(QUOTAS[quota], perSecond);
}

/** Calls a second of `40/s`; null for anything else, and for none a second. */
export function parseRate(text: string): number | null {
  const perSecond = Number(/^(\d+)\/s$/.exec(text)?.[1] ?? 0);
  return perSecond > 0 ? perSecond : null;
}
