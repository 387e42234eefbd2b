import type { Way } from '../identity.ts';
import type { Person } from '../person.ts';
import type { Difference } from './difference.ts';
import type { RotationScope } from './plan.ts';
import type { ApprovalPolicy } from './policy.ts';

/**
 * `pending`: people decide. `approved`: it begins. `running`: it has begun, and no approval of it can be used again. `declined`,
 * `expired`, `cancelled`, `voided` (what was approved is no more what would happen) and `done` are ends.
 */
export type RequestState =
  | 'pending'
  | 'approved'
  | 'declined'
  | 'expired'
  | 'cancelled'
  | 'voided'
  | 'running'
  | 'done';

/** What one person said. */
export interface Decision {
  readonly person: string;
  readonly way: Way;
  readonly decision: 'approve' | 'deny';
  readonly atMs: number;
  readonly reason?: string;
  /** By `ssh`: what was signed can be held against the person's key years later. */
  readonly signature?: { readonly armored: string; readonly expiresAtMs: number };
}

/** How a rotation came out, by the registry: secrets that were promoted, and of these settled to the proof; left, and set aside. */
export interface RequestReport {
  readonly settled: number;
  readonly promoted: number;
  readonly left: number;
  readonly parked: number;
  /** The first of those set aside, each with its reason. */
  readonly aside: readonly { readonly ref: string; readonly code: string; readonly message: string }[];
}

/** Somebody's wish that a plan be carried out, and what others said to it. */
export interface RequestRecord {
  readonly v: 1;
  readonly id: string;
  /** Raised by each save; a save of an older one is refused. */
  readonly revision: number;
  readonly state: RequestState;
  readonly planHash: string;
  readonly scope: RotationScope;
  /** How many secrets the plan rotates. */
  readonly secrets: number;
  readonly reason: string;
  readonly requester: { readonly person: string; readonly way: Way };
  readonly requestedAtMs: number;
  /** From this millisecond on nobody can approve it. */
  readonly expiresAtMs: number;
  /** As in the plan. */
  readonly notBeforeMs?: number;
  /** As the class had it when the request was made; who is easier to satisfy later changes nothing. */
  readonly policy: ApprovalPolicy;
  /** As applied when the request was made: who came later decides nothing. */
  readonly people: readonly Person[];
  /** In their order. */
  readonly decisions: readonly Decision[];
  /** Of a voided one: how many, and the first of them. */
  readonly differences?: { readonly count: number; readonly first: readonly Difference[] };
  /** The workflow that used the approval up. */
  readonly begunBy?: string;
  readonly begunAtMs?: number;
  readonly report?: RequestReport;
  readonly endedAtMs?: number;
  /** What the running workflow waits on; never leaves the registry. */
  readonly taskToken?: string;
}

const ENDS: ReadonlySet<RequestState> = new Set(['declined', 'expired', 'cancelled', 'voided', 'done']);

/** Nothing more becomes of it. */
export function isEnded({ state }: Pick<RequestRecord, 'state'>): boolean {
  return ENDS.has(state);
}
