import type { SlackText } from '../domain/slack/blocks.ts';

/** Where a message stands: its channel, and its time, by which it is known there. */
export interface MessagePlace {
  readonly channel: string;
  readonly ts: string;
}

/**
 * What came of something that was to be said. `later`: Slack is slow, busy or down, or a person has to mend something there
 * (`message` says what, in words of our own); not before `afterMs`. It may have been said all the same where no answer came.
 * `gone`: the message that it is about is no more. `refused`: as it stands it never will be said.
 */
export type Unsaid =
  | { readonly outcome: 'later'; readonly afterMs: number; readonly message: string }
  | { readonly outcome: 'gone' }
  | { readonly outcome: 'refused'; readonly message: string };

export type Said = { readonly outcome: 'said'; readonly place: MessagePlace } | Unsaid;

/** A workspace, written to as Rekey. No verb throws, nor waits longer than some seconds. */
export interface Chat {
  post(channel: string, text: SlackText): Promise<Said>;
  /** The whole message anew. */
  update(place: MessagePlace, text: SlackText): Promise<Said>;
  /** Into the message's thread. */
  reply(place: MessagePlace, text: SlackText): Promise<Said>;
}

/** Answers to one who has just said something, by the address that Slack gave for it. */
export interface SlackAnswers {
  /** To that person alone. Never throws; false: nobody took it, and what it told of was done all the same. */
  answer(answerTo: string, text: SlackText): Promise<boolean>;
  /** In place of the message in which a button was clicked. */
  replace(answerTo: string, text: SlackText): Promise<boolean>;
}
