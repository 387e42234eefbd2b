import * as z from 'zod';

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
  lifts: z.array(Lift),
  liftedAtMs: z.number().optional(),
  revision: z.number(),
});
export type Quarantine = z.output<typeof Quarantine>;

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
