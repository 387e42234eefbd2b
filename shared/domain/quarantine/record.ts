import * as z from 'zod';
import { canonicalJson, sha256Hex } from '../canonical.ts';
import type { Person } from '../person.ts';
import { withoutPath } from '../reads/role-arn.ts';

/**
 * Where a principal is refused. `resolver`: by Rekey itself, in the same commit. `policy`: by IAM, which asks it at each call:
 * sessions that were made before, a stolen one among them, are refused like new ones.
 */
export const LAYERS = ['resolver', 'policy'] as const;

export const LayerState = z.object({
  layer: z.enum(LAYERS),
  /** `asked`: written, and not seen to hold yet. */
  state: z.enum(['observed', 'asked', 'not enforceable here']),
  atMs: z.number(),
  detail: z.string(),
});
export type LayerState = z.output<typeof LayerState>;

/** A voice for lifting one. */
export const Lift = z.object({
  person: z.string(),
  way: z.enum(['os', 'ssh', 'iam', 'slack']),
  atMs: z.number(),
  /** By `ssh`: what the key made. */
  armored: z.string().optional(),
});
export type Lift = z.output<typeof Lift>;

/** One principal is refused every secret until two people lift it. */
export const Quarantine = z.object({
  v: z.literal(1),
  id: z.string(),
  principal: z.string(),
  reason: z.string(),
  /** Who put it there; a rule that acts alone is `rule NAME`. */
  by: z.string(),
  atMs: z.number(),
  caseId: z.string().optional(),
  planHash: z.string(),
  layers: z.array(LayerState),
  /** By name, what vouched for people when it was put there: who comes later, or with another key, does not lift it. */
  people: z.record(z.string(), z.string()),
  lifts: z.array(Lift),
  liftedAtMs: z.number().optional(),
  revision: z.number(),
});
export type Quarantine = z.output<typeof Quarantine>;

/** Whether every layer was looked at since it was asked for. */
export function isSeen({ layers }: Pick<Quarantine, 'layers'>): boolean {
  return layers.every(({ state }) => state !== 'asked');
}

/** A principal as the resolver knows it: a role without its path, which a session does not tell. */
export function quarantinedAs(principal: string): string {
  return /^arn:[a-z-]+:iam::\d+:role\//.test(principal) ? withoutPath(principal) : principal;
}

/** What vouches for a person: the same as long as nothing by which he comes in was changed. */
export function vouchedFor({ user, sshKeys, iam = [], slack }: Person): string {
  return sha256Hex(canonicalJson([user ?? null, sshKeys, iam, slack ?? null])).slice(0, 32);
}

/** Lifting is two people's, as re-opening is. */
export const LIFTS_NEEDED = 2;

export function isStanding({ liftedAtMs }: Pick<Quarantine, 'liftedAtMs'>): boolean {
  return liftedAtMs === undefined;
}

/** The standing quarantine that a reader is under: by who he is, whose agent he is, or as whom his session was made. */
export function quarantineOver(
  quarantines: readonly Quarantine[],
  names: readonly (string | undefined)[],
): Quarantine | undefined {
  return quarantines.find((one) => isStanding(one) && names.includes(one.principal));
}
