import type { World } from './consumer.ts';
import type { NoticeKind } from './notice.ts';

/** Where people are told. */
export type NoticeAddress =
  /** Whoever has subscribed to the deployment's topic. */
  | { readonly by: 'email' }
  /** As a message of its own. `channel` left out: the workspace's. */
  | { readonly by: 'slack'; readonly channel?: string }
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

/** By what people can be told. A rule that nobody carries out is refused, not kept. */
export const NOTICE_MEANS_OF = {
  'one-machine': ['slack', 'webhook'],
  aws: ['email', 'slack', 'webhook'],
} as const satisfies Record<World, readonly NoticeMeans[]>;

/** Where a class's people are told of an event, each place once, in the policy's order. */
export function addressesFor(rules: readonly NotifyRule[], kind: NoticeKind): NoticeAddress[] {
  const named = rules.filter(({ events }) => events.includes(kind)).map(({ to }) => to);
  return [...new Map(named.map((to) => [recipientOf(to), to])).values()];
}

/** Who is told, as the audit names it. */
export function recipientOf(to: NoticeAddress): string {
  switch (to.by) {
    case 'webhook':
      return to.url;
    case 'slack':
      return to.channel ?? 'those who read slack';
    case 'email':
      return 'those who read email';
  }
}
