import { MEANS_OF, type World } from '../../domain/consumer.ts';
import type { Address, Notifier, Tell, TellOutcome } from '../../ports/notifier.ts';

/** One for each means that a world has. */
export type NotifierOf<W extends World> = {
  readonly [M in (typeof MEANS_OF)[W][number]]: Notifier<Extract<Address, { readonly means: M }>>;
};

/** Each consumer told by its own means. One that was enrolled with a means of the other world is told by nothing, and that is said. */
export function createNotifierByMeans<W extends World>(world: W, notifiers: NotifierOf<W>): Notifier {
  const byMeans = notifiers as Partial<NotifierOf<'one-machine'> & NotifierOf<'aws'>>;
  const nothing = async ({ to, consumer }: Tell): Promise<TellOutcome> => ({
    state: 'failed',
    message: `${consumer} is told by ${to.means}, which does not work here: ${MEANS_OF[world].join(', ')} do`,
  });
  return {
    async tell(message) {
      const { to } = message;
      switch (to.means) {
        case 'webhook':
          return byMeans.webhook?.tell({ ...message, to }) ?? nothing(message);
        case 'exec':
          return byMeans.exec?.tell({ ...message, to }) ?? nothing(message);
        case 'sns':
          return byMeans.sns?.tell({ ...message, to }) ?? nothing(message);
        case 'file':
          return byMeans.file?.tell({ ...message, to }) ?? nothing(message);
      }
    },
  };
}
