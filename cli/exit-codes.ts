/** What a command's end says to a script. Documented in docs/cli.md. */
export const EXIT = {
  done: 0,
  /** It failed; the error says what is safe now. */
  failed: 1,
  /** Bad input: every mistake was named, nothing was changed. */
  badInput: 2,
  /** It ended, and not every old credential is proven dead. */
  unproven: 3,
  /** Contained and re-issued; people have to sign before it is re-opened. */
  awaitingPeople: 4,
  /** A value that was found outside may still open something; an incident was proposed. */
  liveLeak: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
