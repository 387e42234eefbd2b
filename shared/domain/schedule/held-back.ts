import type { Freeze } from './freeze.ts';
import type { Stop } from './tries.ts';

/** Why a secret that is due is not begun now. */
export type HeldBack =
  /** Routine rotation of a class rests while an incident of it is open. */
  | { readonly because: 'incident'; readonly incident: string }
  | { readonly because: 'frozen'; readonly freeze: Freeze }
  | { readonly because: 'braked' }
  /** Null: not within a month. */
  | { readonly because: 'window-closed'; readonly opensAtMs: number | null }
  | { readonly because: 'error-rate'; readonly stop: Stop }
  | { readonly because: Full; readonly inFlight: number; readonly atOnce: number }
  /** Its last try failed and the next is not yet to be. */
  | {
      readonly because: 'held-off';
      readonly untilMs: number;
      readonly code: string;
      readonly message: string;
    }
  /** It failed as often as it may be tried. */
  | {
      readonly because: 'retries-spent';
      readonly failures: number;
      readonly code: string;
      readonly message: string;
    }
  /** A rotation of it waits for a person. */
  | { readonly because: 'parked'; readonly code: string; readonly message: string }
  | { readonly because: 'claimed'; readonly operation: string }
  /** Off at its target. */
  | { readonly because: 'cut'; readonly operation: string };

/** The bound that is reached. */
export type Full = 'class-full' | 'target-full' | 'tenant-full';
