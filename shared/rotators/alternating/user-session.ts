import type { Account, Outcome, TargetSession, Urgency } from '../rotator.ts';

/** What the target says of one user, whatever he is called now. */
export interface UserLook {
  readonly identity: string;
  readonly off: boolean;
  /** Switched off by a cut of Rekey's, by the target's own note: what was off before has none. */
  readonly cut: boolean;
}

/** One of an account's two users as an account of his own, and what he has to do with the other one. */
export interface User extends Account {
  readonly owner: string;
}

type Cut = TargetSession['cut'];
type Prove = TargetSession['prove'];

/**
 * What a kind offers of single users so that two can take turns. In bulk, outcomes in order, each safe to do again. A user that
 * is not there is `account-missing`.
 */
export interface UserSession {
  look(users: readonly Account[]): Promise<Outcome<UserLook>[]>;
  /** As `TargetSession.cut`; the target notes for each user that was on that it was Rekey who switched him off. */
  cut(users: readonly Account[], sample: Parameters<Cut>[1]): ReturnType<Cut>;
  /** On again, and the note is gone. Only for users with that note. */
  restore(users: readonly Account[]): Promise<Outcome[]>;
  /**
   * Makes the user where he is missing, brings him in step with `other` (null: there is none), sets the password, and ends
   * the sessions that he had: what they were opened with is replaced.
   */
  install(
    items: readonly (User &
      Urgency & { readonly value: string; readonly turnOn: boolean; readonly other: Account | null })[],
  ): Promise<Outcome<{ readonly identity: string; readonly mark: string; readonly off: boolean }>[]>;
  endSessions: TargetSession['endSessions'];
  /** Logs in and sees that what he does is done as the owner. */
  verify(
    items: readonly (User & Urgency & { readonly value: string; readonly expectOff: boolean })[],
  ): Promise<Outcome[]>;
  /** How many sessions each has that are not Rekey's own. */
  sessionsOf(users: readonly Account[]): Promise<number[]>;
  /** Out of use: may not log in, has no password, his sessions ended and seen gone. Whatever he is called now. */
  takeAway(users: readonly Account[]): Promise<Outcome[]>;
  /** `value` is null for a user who was taken out of use. */
  prove(
    items: readonly (Omit<Parameters<Prove>[0][number], 'value'> & { readonly value: string | null })[],
  ): ReturnType<Prove>;
}
