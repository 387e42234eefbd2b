import type { Pace } from '../../ports/pace.ts';
import { isThrottling } from './vendor-error.ts';

/** What an SDK command has that attempts can be paced by. */
interface Paceable {
  readonly middlewareStack: {
    addRelativeTo(
      middleware: <In, Out>(next: (args: In) => Promise<Out>) => (args: In) => Promise<Out>,
      place: { readonly relation: 'after'; readonly toMiddleware: 'retryMiddleware'; readonly name: string },
    ): void;
  };
}

/**
 * The command with each of its attempts paced, those too that the SDK makes by itself: inside its retries, or three attempts
 * would count as one call. Each throttled answer slows everybody down, not only the last.
 */
export function paceAttempts<Command>(command: Command, pace: Pace): Command {
  (command as Paceable).middlewareStack.addRelativeTo(
    (next) => async (args) => {
      await pace.take();
      try {
        return await next(args);
      } catch (error) {
        if (isThrottling(error)) await pace.throttled();
        throw error;
      }
    },
    { relation: 'after', toMiddleware: 'retryMiddleware', name: 'paceAttempts' },
  );
  return command;
}
