import type { Figures } from './figures.ts';

/** What a section of the bench is given. */
export interface Run {
  readonly figures: Figures;
  /** Roles of the worlds that have targets. */
  readonly secrets: number;
  readonly rounds: number;
  readonly say: (text: string) => void;
}
