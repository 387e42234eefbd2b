import { neverRead, type Use } from '../domain/detect/look-findings.ts';
import { STANDARD_POLICY } from '../domain/detect/policy.ts';
import { given } from '../domain/given.ts';
import type { SecretRecord } from '../domain/secret.ts';
import { inParallel } from '../in-parallel.ts';
import { gatherLooked } from './gather-looked.ts';
import type { Needs } from './services.ts';

/** Secrets that one look asks the audit about: looks come every minute, a day of them has room for half a million. */
const A_LOOK = 400;
/** Of them at once. */
const AT_ONCE = 8;
const DAY_MS = 86_400_000;
const STATE = { rule: 'never-read', key: 'looks' } as const;

/** Which day's round it is, and the last reference that it came to; left out: all of them. */
interface Round {
  readonly day: number;
  readonly upTo?: string;
}

/**
 * Leaves: a finding a week of each secret that has a value and that nobody reads. Each is looked at once a day, some at each
 * call; whoever was killed is followed by one who looks at the same again, and finds the same.
 */
export async function lookAtUse(
  services: Needs<'registry' | 'audit' | 'states' | 'cases' | 'clock'>,
): Promise<void> {
  const { registry, states, clock } = services;
  const nowMs = clock.nowMs();
  const day = Math.floor(nowMs / DAY_MS);
  const [kept] = await states.load([STATE]);
  const before = (kept?.state ?? { day: 0 }) as Round;
  if (before.day === day && before.upTo === undefined) return;
  const from = (before.day === day ? before.upTo : undefined) ?? '';
  const secrets = (await registry.enrolment()).secrets
    .filter(({ ref, currentVersionId }) => ref > from && currentVersionId !== undefined)
    .sort((a, b) => (a.ref < b.ref ? -1 : 1));
  const some = secrets.slice(0, A_LOOK);
  const policy = (await registry.detection()) ?? STANDARD_POLICY;
  const uses = await inParallel(some, AT_ONCE, (secret) => useOf(services, secret));
  await gatherLooked(services, policy, neverRead(uses, policy, nowMs));
  const round: Round = { day, ...given('upTo', secrets.length > A_LOOK ? some.at(-1)?.ref : undefined) };
  await states.save([{ ...STATE, state: round, seq: 0, atMs: nowMs }]);
}

async function useOf(
  { registry, audit }: Needs<'registry' | 'audit'>,
  { ref, className, tenant, decoy }: SecretRecord,
): Promise<Use> {
  const refs = [ref];
  const [last] = await audit.find({ action: ['read'], outcome: ['success'], refs }, 1);
  // Only of what was never read it matters since when it could have been.
  const [first] = last === undefined ? await registry.versions({ refs }) : [];
  return {
    ref,
    className,
    tenant,
    valueSinceMs: first?.createdAtMs ?? last?.atMs ?? 0,
    ...given('lastReadAtMs', last?.atMs),
    ...given('decoy', decoy),
  };
}
