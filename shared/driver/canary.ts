import { RekeyError } from '../domain/errors.ts';
import type { Canary, CanaryAnswer } from '../ports/canary.ts';
import type { Resolver } from './resolver.ts';
import type { Needs } from './services.ts';

/** A canary over a resolver and a store's reader. What it reads goes nowhere. */
export function createCanary(resolver: Resolver, { registry, store }: Needs<'registry' | 'store'>): Canary {
  return {
    throughResolver: (ref) =>
      answerOf(() => resolver.read(ref, { user: 'rekey-canary', agent: 'canary', source: 'rekey' })),
    underKey: (ref) =>
      answerOf(async () => {
        const [secret] = await registry.secrets([ref]);
        await store.read([{ ref, versionId: secret?.currentVersionId ?? '' }], 'reader');
      }),
  };
}

async function answerOf(read: () => Promise<unknown>): Promise<CanaryAnswer> {
  try {
    await read();
    return { state: 'allowed' };
  } catch (error) {
    if (error instanceof RekeyError && error.family === 'Denied')
      return { state: 'denied', code: error.code };
    return { state: 'failed', message: error instanceof Error ? error.message : 'unknown' };
  }
}
