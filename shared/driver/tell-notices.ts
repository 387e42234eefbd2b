import type { Needs } from './services.ts';
import type { SigningKeys } from './signing-keys.ts';
import { tellNotice } from './tell-notice.ts';

const AT_ONCE = 25;

/**
 * Tells people what is due by the means that this process has, at most `AT_ONCE` of each; what was not accepted is due again
 * later. Answers how many were tried.
 */
export async function tellNotices(
  services: Needs<'registry' | 'notices' | 'clock'>,
  keyOf: SigningKeys,
): Promise<number> {
  const { registry, notices, clock } = services;
  const due = await Promise.all(notices.means.map((by) => registry.noticesDue(by, clock.nowMs(), AT_ONCE)));
  const all = due.flat();
  await Promise.all(all.map((delivery) => tellNotice(services, delivery, keyOf)));
  return all.length;
}
