import { neverRead, type Use } from '../domain/detect/look-findings.ts';
import { STANDARD_POLICY } from '../domain/detect/policy.ts';
import { given } from '../domain/given.ts';
import type { SecretRecord } from '../domain/secret.ts';
import { inParallel } from '../in-parallel.ts';
import { gatherLooked } from './gather-looked.ts';
import type { Needs } from './services.ts';

/** Secrets whose use is asked for together, and whose findings are kept before more are. */
const A_STEP = 400;
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
 * Leaves: a finding a week of each secret that has a value and that nobody reads. Each is looked at once a day, as many at a call
 * as there is time for; whoever was killed is followed by one who looks at the same again, and finds the same.
 */
export async function lookAtUse(
  services: Needs<'registry' | 'audit' | 'states' | 'cases' | 'clock'>,
  { untilMs }: { readonly untilMs: number },
): Promise<void> {
  const { registry, states, clock } = services;
  const day = Math.floor(clock.nowMs() / DAY_MS);
  const [kept] = await states.load([STATE]);
  const before = (kept?.state ?? { day: 0 }) as Round;
  if (before.day === day && before.upTo === undefined) return;
  const from = (before.day === day ? before.upTo : undefined) ?? '';
  const secrets = (await registry.enrolment()).secrets
    .filter(({ ref, currentVersionId }) => ref > from && currentVersionId !== undefined)
    .sort((a, b) => (a.ref < b.ref ? -1 : 1));
  const policy = (await registry.detection()) ?? STANDARD_POLICY;
  for (let at = 0; ; at += A_STEP) {
    const nowMs = clock.nowMs();
    const some = secrets.slice(at, at + A_STEP);
    const uses = await inParallel(some, AT_ONCE, (secret) => useOf(services, secret));
    await gatherLooked(services, policy, neverRead(uses, policy, nowMs));
    const isAll = at + A_STEP >= secrets.length;
    const round: Round = { day, ...given('upTo', isAll ? undefined : some.at(-1)?.ref) };
    await states.save([{ ...STATE, state: round, seq: 0, atMs: nowMs }]);
    if (isAll || clock.nowMs() >= untilMs) return;
  }
}

async function useOf(
  { registry, audit }: Needs<'registry' | 'audit'>,
  { ref, className, tenant, decoy }: SecretRecord,
): Promise<Use> {
  const lastReadMs = await audit.lastReadMs(ref);
  // Only of what was never read it matters since when it could have been.
  const [first] = lastReadMs === null ? await registry.versions({ refs: [ref] }) : [];
  return {
    ref,
    className,
    tenant,
    valueSinceMs: first?.createdAtMs ?? lastReadMs ?? 0,
    ...given('lastReadAtMs', lastReadMs ?? undefined),
    ...given('decoy', decoy),
  };
}
