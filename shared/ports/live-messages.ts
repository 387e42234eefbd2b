import type { MessagePlace } from './chat.ts';

/** The one message that Slack shows of something, and what it shows. */
export interface LiveMessage {
  /** `request:<id>`, `incident:<id>`, or `plan:<hash>` of a break-glass that was proposed. */
  readonly subject: string;
  /** None before it was posted. */
  readonly place?: MessagePlace;
  /** SHA-256 of what it shows. */
  readonly shown?: string;
  readonly shownAtMs?: number;
  /** Of a proposal: who made it and when. */
  readonly proposed?: { readonly by: string; readonly atMs: number };
  /** When it said its last, since nothing more becomes of it; it is forgotten some time after. Left out: it may change. */
  readonly finalAtMs?: number;
}

/** What stands in Slack: one writer at a time. */
export interface LiveMessages {
  /** Those that may change, by subject. */
  open(): Promise<LiveMessage[]>;
  find(subject: string): Promise<LiveMessage | null>;
  /** Whole. */
  save(message: LiveMessage): Promise<void>;
}

/** How long a message is remembered that said its last: whoever clicks in it hears how things stand all the same. */
export const REMEMBERED_MS = 30 * 86_400_000;
