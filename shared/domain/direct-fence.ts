import * as z from 'zod';
import type { SecretRef } from './secret-ref.ts';
import { isSecretRef } from './secret-ref.ts';

const Ref = z.custom<SecretRef>((value) => typeof value === 'string' && isSecretRef(value));

/**
 * What one layer of a direct fence came to. `observed`: the system itself was asked afterwards and says so. `asked`: it took
 * the call, and its effect was not seen from there. `not-reached`: it stands as it stood.
 */
export const DirectLayer = z.strictObject({
  /** `readers`: the policy that all readers carry. */
  layer: z.enum(['key', 'readers', 'target']),
  /** A key's id, a policy's ARN, a target's id; empty where nothing was found. */
  name: z.string().max(2_048),
  state: z.enum(['observed', 'asked', 'not-reached']),
  atMs: z.number(),
  detail: z.string().max(2_048),
});
export type DirectLayer = z.output<typeof DirectLayer>;

/** A target's part of a direct fence: whoever re-issues has to know what to switch on again. */
const DirectCut = z.strictObject({
  target: z.string(),
  /** Of the session that cut: part of its `application_name`. */
  holder: z.string(),
  /** Could log in before, and are off now or perhaps. Written down before the target is touched. */
  wereOn: z.array(Ref).max(10_000),
});
export type DirectCut = z.output<typeof DirectCut>;

/**
 * A class closed by a responder's own hand, around all of Rekey, as his machine wrote it down: what he says, not what was seen
 * here. It holds no value.
 */
export const DirectFence = z.strictObject({
  v: z.literal(1),
  /** `direct-<time>-<8 hex>`: told twice, it is one. */
  id: z.string().regex(/^direct-\d{8}T\d{6}Z-[0-9a-f]{8}$/),
  /** Of the deployment that it is about: `rekey-STAGE`. */
  prefix: z.string().min(1),
  className: z.string().min(1),
  /** The newest epoch that had a key; null where KMS did not say. */
  epoch: z.int().nullable(),
  /** Who did it: by AWS's word (`sts:GetCallerIdentity`), null where it gave none, and on his machine. */
  principal: z.string().nullable(),
  user: z.string(),
  /** When it was confirmed, by the machine's clock. */
  atMs: z.number(),
  layers: z.array(DirectLayer).max(1_000),
  cuts: z.array(DirectCut).max(1_000),
});
export type DirectFence = z.output<typeof DirectFence>;

export function directFenceId(atMs: number, random8: string): string {
  const time = new Date(atMs).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return `direct-${time}-${random8}`;
}
