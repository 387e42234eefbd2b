import type { LayerState } from '../domain/quarantine/record.ts';

/** Refuses one principal beyond Rekey's own resolver, as far as the surroundings let. */
export interface PrincipalFence {
  /** What it would do to a principal, for whoever confirms it: nothing is changed. */
  plan(principal: string): { readonly layer: LayerState['layer']; readonly does: string }[];
  /** Idempotent. Each layer as it was seen; what it cannot do is no error. */
  close(principal: string, atMs: number): Promise<LayerState[]>;
  /** Idempotent; one that is not there is no error. */
  open(principal: string): Promise<void>;
}
