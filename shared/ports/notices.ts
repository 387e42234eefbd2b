/** What people are woken for, or told. References and counts only. */
export interface Notice {
  /** Derived from what it tells of: whoever gets it twice may discard the second. */
  readonly id: string;
  readonly kind:
    | 'incident-opened'
    | 'incident-contained'
    | 'incident-not-contained'
    | 'people-needed'
    | 'incident-sealed'
    | 'incident-restored'
    | 'fenced-directly';
  /** Missing where somebody acted without one. */
  readonly incident?: string;
  readonly className: string;
  readonly atMs: number;
  /** One sentence; then what to do, where something is to be done. */
  readonly words: string;
  readonly next: readonly string[];
}

/** Tells people. What counts is in the registry and the audit: a notice that is lost loses nothing. */
export interface Notices {
  tell(notice: Notice): Promise<void>;
}
