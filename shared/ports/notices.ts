import type { Notice } from '../domain/notice.ts';
import type { NoticeAddress, NoticeMeans } from '../domain/notify.ts';
import type { TellOutcome } from './notifier.ts';

/** Where people are told, with what it takes to tell them there. */
export type NoticeTarget =
  | Exclude<NoticeAddress, { readonly by: 'webhook' }>
  | {
      readonly by: 'webhook';
      readonly url: string;
      /** Standard Webhooks, `whsec_…`. */
      readonly signingKey: string;
    };

/** A notice on its way to one place. */
export interface NoticeMessage<T extends NoticeTarget = NoticeTarget> {
  /** Same id on every retry. */
  readonly messageId: string;
  readonly notice: Notice;
  readonly to: T;
  readonly atMs: number;
}

/** Tells people. What counts is in the registry and the audit: a notice that is lost loses nothing. */
export interface Notices<T extends NoticeTarget = NoticeTarget> {
  /** By which it tells; whatever else is due is somebody else's to tell. */
  readonly means: readonly NoticeMeans[];
  /** As `Notifier.tell`: never throws. `told`: it was accepted there. `confirmed`: somebody there says that he has seen it. */
  tell(message: NoticeMessage<T>): Promise<TellOutcome>;
}
