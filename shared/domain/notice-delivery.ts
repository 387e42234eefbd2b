import { sha256Hex } from './canonical.ts';
import type { Notice } from './notice.ts';
import { type NoticeAddress, recipientOf } from './notify.ts';

/**
 * One notice to be told at one address. `told`: whoever is there has accepted it. `confirmed`: somebody there says that he has
 * seen it. `given-up`: nobody accepted it in time.
 */
export interface NoticeDelivery {
  readonly v: 1;
  /** Also the message's id: the same on every retry. */
  readonly id: string;
  readonly notice: Notice;
  readonly to: NoticeAddress;
  readonly state: 'due' | 'told' | 'confirmed' | 'given-up';
  readonly attempts: number;
  readonly dueAtMs: number;
  /** Nobody is woken for it after this. */
  readonly untilMs: number;
  readonly toldAtMs?: number;
  readonly confirmedAtMs?: number;
  readonly lastError?: string;
}

/** Nobody is told of what is older: a page that comes a day late wakes nobody for anything. */
export const NEWS_FOR_MS = 86_400_000;

export function noticeDelivery(notice: Notice, to: NoticeAddress, nowMs: number): NoticeDelivery {
  return {
    v: 1,
    // An address may be long, and is not everybody's to read.
    id: `${notice.id}>${to.by}-${sha256Hex(recipientOf(to)).slice(0, 12)}`,
    notice,
    to,
    state: 'due',
    attempts: 0,
    dueAtMs: nowMs,
    untilMs: notice.atMs + NEWS_FOR_MS,
  };
}

/** Nobody tells it any more. */
export function isOver({ state }: Pick<NoticeDelivery, 'state'>): boolean {
  return state !== 'due';
}
