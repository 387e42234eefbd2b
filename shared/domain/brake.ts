import { isBetweenValues } from './between-values.ts';
import { type Bucket, fullBucket, takeFrom } from './pacing/bucket.ts';
import type { SecretRecord } from './secret.ts';

/**
 * Keeps further secrets of a class from being begun, all of them or all but some a second. What has begun goes on to its end:
 * no secret is left between two values, no old credential unproven, because of a brake. Containment is never braked.
 */
export interface Brake {
  /** Secrets a second that are begun, by all workers together. 0: none. */
  readonly perSecond: number;
  /** Who set it. */
  readonly by: string;
  readonly sinceMs: number;
  /** Whose turn it is, once anyone has asked. */
  readonly bucket?: Bucket;
}

/** Nothing is held back by it, or nobody has a turn within the time that he would wait: then nothing is taken. */
export interface Turn {
  /** Secrets that may be begun, after the wait. */
  readonly go: number;
  readonly waitMs: number;
}

export function isStopped(brake: Brake | undefined): boolean {
  return brake?.perSecond === 0;
}

/** A turn for as many of `wanted` as go at once: a second's worth, one at least. */
export function takeTurn(
  brake: Brake,
  wanted: number,
  { nowMs, waitMostMs }: { readonly nowMs: number; readonly waitMostMs: number },
): Turn & { readonly brake: Brake } {
  const { perSecond } = brake;
  if (perSecond === 0) return { brake, go: 0, waitMs: 0 };
  const limits = { perSecond, burst: Math.max(1, Math.floor(perSecond)) };
  const go = Math.min(wanted, limits.burst);
  const { bucket, waitMs } = takeFrom(brake.bucket ?? fullBucket(limits, nowMs), limits, go, nowMs);
  return waitMs > waitMostMs ? { brake, go: 0, waitMs: 0 } : { brake: { ...brake, bucket }, go, waitMs };
}

/** Whether a brake comes too late for it: the operation has given it its new value, or somebody left it between two. */
export function hasBegun(
  secret: SecretRecord,
  operation: string,
  held = secret.claim !== undefined,
): boolean {
  const { rotation, currentVersionId } = secret;
  if (rotation === undefined) return false;
  const promoted = rotation.operation === operation && currentVersionId === rotation.versionId;
  return promoted || isBetweenValues(secret, held);
}

/** Soonest and latest that a stopped class is looked at again. */
const LOOK_SOONEST_MS = 1_000;
const LOOK_LATEST_MS = 60_000;

/**
 * When a sweep looks whether a stopped class goes on: the longer it has stood still, the later. An execution of Step Functions
 * holds 25,000 events, and a look takes some fifteen: it lasts a day.
 */
export function looksAgainAt(brake: Brake | undefined, nowMs: number): number {
  const standsMs = nowMs - (brake?.sinceMs ?? nowMs);
  return nowMs + Math.min(LOOK_LATEST_MS, Math.max(LOOK_SOONEST_MS, standsMs / 4));
}

/** For people: `stopped since 2026-11-25T03:12:44Z by ada`. */
export function brakeText({ perSecond, by, sinceMs }: Brake): string {
  const what = perSecond === 0 ? 'stopped' : `slowed to ${rateText(perSecond)}`;
  return `${what} since ${new Date(sinceMs).toISOString().slice(0, 19)}Z by ${by}`;
}

export function rateText(perSecond: number): string {
  return perSecond >= 1 ? `${perSecond}/s` : `${Math.round(perSecond * 60)}/m`;
}
