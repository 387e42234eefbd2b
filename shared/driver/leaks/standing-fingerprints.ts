import type { Matcher } from '../../domain/leaks/matcher.ts';
import type { Needs } from '../services.ts';
import { recentFingerprints } from './recent-fingerprints.ts';

/**
 * For a log that does not stand still because the state does: while no newer fingerprints can be had, the ones before
 * stand. `onBehind` is told when that begins, each time.
 * Throws where there are none to begin with.
 */
export async function standingFingerprints(
  services: Needs<'store' | 'fingerprints' | 'clock'>,
  onBehind: (error: unknown) => void,
): Promise<() => Promise<Matcher>> {
  let standing = await recentFingerprints(services);
  let isBehind = false;
  return async () => {
    try {
      standing = await recentFingerprints(services);
      isBehind = false;
    } catch (error) {
      if (!isBehind) onBehind(error);
      isBehind = true;
    }
    return standing;
  };
}
