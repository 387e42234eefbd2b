/** What could not be taken in, or is kept aside to be looked at. `unread`: a record that was not understood. `denied`: a denied read that made a finding. */
export const DEAD_LETTER_KINDS = ['unread', 'denied'] as const;
export type DeadLetterKind = (typeof DEAD_LETTER_KINDS)[number];

export interface DeadLetter {
  /** Put again it is the same one. */
  readonly id: string;
  readonly kind: DeadLetterKind;
  readonly atMs: number;
  readonly why: string;
  /** The record as it came; of a denied read its entry's id, whose and of what. At most `LONGEST_LETTER` characters. */
  readonly body: string;
}

/** A queue's message is 256 KB at most (SQS), and one record of a trail as well. */
export const LONGEST_LETTER = 200_000;

/** Kept until somebody takes them out. */
export interface DeadLetters {
  /** Idempotent by id. */
  put(letters: readonly DeadLetter[]): Promise<void>;
  count(): Promise<Readonly<Record<DeadLetterKind, number>>>;
  /** The oldest first. */
  list(kind: DeadLetterKind, limit: number): Promise<DeadLetter[]>;
  /** One that is gone is no error. */
  remove(ids: readonly string[]): Promise<void>;
}
