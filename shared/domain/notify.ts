import type { World } from './consumer.ts';
import type { NoticeKind } from './notice.ts';

/** Where people are told. */
export type NoticeAddress =
  /** Whoever has subscribed to the deployment's topic. */
  | { readonly by: 'email' }
  | { readonly by: 'slack' }
  | {
      readonly by: 'webhook';
      readonly url: string;
      /** Reference of the key that signs what is sent there. */
      readonly signingKeyRef: string;
    };
export type NoticeMeans = NoticeAddress['by'];

/** Of these events people are told there. */
export interface NotifyRule {
  readonly events: readonly NoticeKind[];
  readonly to: NoticeAddress;
}

/** By what people can be told. Slack is added with whoever tells by it: a rule that nobody carries out is refused, not kept. */
export const NOTICE_MEANS_OF = {
  'one-machine': ['webhook'],
  aws: ['email', 'webhook'],
} as const satisfies Record<World, readonly NoticeMeans[]>;

/** Where a class's people are told of an event, each place once, in the policy's order. */
export function addressesFor(rules: readonly NotifyRule[], kind: NoticeKind): NoticeAddress[] {
  const named = rules.filter(({ events }) => events.includes(kind)).map(({ to }) => to);
  return [...new Map(named.map((to) => [recipientOf(to), to])).values()];
}

/** Who is told, as the audit names it. */
export function recipientOf(to: NoticeAddress): string {
  return to.by === 'webhook' ? to.url : `those who read ${to.by}`;
}
