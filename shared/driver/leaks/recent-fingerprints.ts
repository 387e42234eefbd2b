import type { Matcher } from '../../domain/leaks/matcher.ts';
import type { Fingerprints } from '../../ports/fingerprints.ts';
import type { Needs } from '../services.ts';
import { openFingerprints } from './open-fingerprints.ts';

/** A value that is put meanwhile is sought this much later at most. */
const SOUGHT_AFTER_MS = 60_000;

interface Recent {
  readonly matcher: Promise<Matcher>;
  readonly openedAtMs: number;
}

const recent = new WeakMap<Fingerprints, Recent>();

/** The fingerprints as they were at most a minute ago: for what is asked again and again, where opening all of them takes longer than the work. */
export async function recentFingerprints(
  services: Needs<'store' | 'fingerprints' | 'clock'>,
): Promise<Matcher> {
  const nowMs = services.clock.nowMs();
  const known = recent.get(services.fingerprints);
  if (known !== undefined && nowMs - known.openedAtMs <= SOUGHT_AFTER_MS) return known.matcher;
  const matcher = openFingerprints(services).then((opened) => opened.matcher);
  recent.set(services.fingerprints, { matcher, openedAtMs: nowMs });
  // What failed is tried again by the next.
  matcher.catch(() => recent.delete(services.fingerprints));
  return matcher;
}
