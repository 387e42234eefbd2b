import type { ByFile } from '../../shared/domain/consumer.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Resolver } from '../../shared/driver/resolver.ts';
import type { Random } from '../../shared/ports/clock.ts';
import type { Notifier, Tell, TellOutcome } from '../../shared/ports/notifier.ts';
import { replaceFile } from './replace-file.ts';
import { signalProcess } from './signal-process.ts';

/**
 * Consumers that read a file: it is replaced with the current value, then the process is signalled. The value is read by
 * reference, for the consumer: a fence refuses it, and who read what is in the audit. `told` is that the file holds it.
 */
export function createFileNotifier(resolver: Resolver, random: Random): Notifier<ByFile> {
  const last = new Map<string, Promise<unknown>>();
  return {
    async tell(message) {
      const { path } = message.to;
      // One after the other, each reading what is current then: the file never goes back to an older value.
      const turn = (last.get(path) ?? Promise.resolve()).then(() => write(message, resolver, random));
      last.set(path, turn);
      return turn;
    },
  };
}

async function write(
  { to, ref, consumer }: Tell<ByFile>,
  resolver: Resolver,
  random: Random,
): Promise<TellOutcome> {
  try {
    const { value } = await resolver.read(ref, { user: 'rekey', agent: consumer, source: 'rekey' });
    await replaceFile(to, value, random);
    if (to.signal !== undefined) await signalProcess(to.signal);
    return { state: 'told' };
  } catch (error) {
    return { state: 'failed', message: whyOf(error) };
  }
}

/** By its code alone: what a system says of a file may hold anything. */
function whyOf(error: unknown): string {
  if (error instanceof RekeyError) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return `the file could not be written (${code})`;
}
