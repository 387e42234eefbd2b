/** Keeps calls under a quota, together with whoever else calls under it. */
export interface Pace {
  /** Resolves when one call may go: it is to go at once then. */
  take(): Promise<void>;
  /** The far side said that it was too much: everybody goes slower for a while. */
  throttled(): Promise<void>;
}
