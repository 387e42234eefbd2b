import { type Delivery, isDone } from './delivery.ts';

/** What becomes of the previous credential where a consumer that has to confirm does not. */
export const UNCONFIRMED = ['keep', 'escalate', 'go-on'] as const;
export type Unconfirmed = (typeof UNCONFIRMED)[number];

/** How long the previous version is kept for consumers that have to confirm, and what becomes of it when they do not. */
export interface ConfirmPolicy {
  readonly withinMs: number;
  /** `keep`: it lives until they confirm. `escalate`: so too, and people are told. `go-on`: it is revoked all the same. */
  readonly otherwise: Unconfirmed;
}

/** Where one secret's version stands with the consumers that have to confirm it. */
export type Standing =
  | { readonly state: 'confirmed' }
  | { readonly state: 'waiting'; readonly untilMs: number }
  | {
      readonly state: 'overdue';
      readonly otherwise: ConfirmPolicy['otherwise'];
      /** By name, each once. */
      readonly unconfirmed: readonly string[];
    };

/**
 * By the deliveries of one version in one operation, `sinceMs` its promotion. Holds back the revocation of the previous one
 * while it is `waiting`, and after that as `otherwise` says. Whoever need not confirm holds back nothing, told or not.
 */
export function standingOf(
  deliveries: readonly Pick<Delivery, 'consumer' | 'state' | 'mustConfirm'>[],
  { withinMs, otherwise }: ConfirmPolicy,
  sinceMs: number,
  nowMs: number,
): Standing {
  const open = deliveries.filter((delivery) => delivery.mustConfirm && !isDone(delivery));
  if (open.length === 0) return { state: 'confirmed' };
  const untilMs = sinceMs + withinMs;
  if (nowMs < untilMs) return { state: 'waiting', untilMs };
  return {
    state: 'overdue',
    otherwise,
    unconfirmed: [...new Set(open.map(({ consumer }) => consumer))].toSorted(),
  };
}
