import { RekeyError } from '../domain/errors.ts';
import type { Canary, CanaryAnswer } from '../ports/canary.ts';
import type { Resolver } from './resolver.ts';
import type { Needs } from './services.ts';

/**
 * A canary over a resolver and a store's reader. What it reads goes nowhere. `forbidden`: whether a call was answered that nobody
 * lets it make, on the key with this id; left out where the keys themselves refuse.
 */
export function createCanary(
  resolver: Resolver,
  { registry, store }: Needs<'registry' | 'store'>,
  forbidden: (keyId: string) => Promise<boolean> = async () => false,
): Canary {
  return {
    throughResolver: (ref) =>
      answerOf(() => resolver.read(ref, { user: 'rekey-canary', agent: 'canary', source: 'rekey' })),
    async underKey(ref) {
      const [secret] = await registry.secrets([ref]);
      const versionId = secret?.currentVersionId ?? '';
      const answer = await answerOf(() => store.read([{ ref, versionId }], 'reader'));
      if (answer.state !== 'allowed') return answer;
      const version = (await registry.versions({ refs: [ref] })).find(({ id }) => id === versionId);
      const unenforced = version !== undefined && (await forbidden(version.keyId));
      return unenforced ? { state: 'unenforced' } : answer;
    },
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
