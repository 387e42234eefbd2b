import type { ClassRecord } from '../domain/class.ts';
import { RekeyError } from '../domain/errors.ts';
import { decideRotations } from '../domain/schedule/decide-rotations.ts';
import type { SecretRecord } from '../domain/secret.ts';
import type { Needs } from './services.ts';

/** Who has a rotation begin, and which of these secrets may. */
export interface Start {
  readonly user: string;
  readonly mayStart: (secret: SecretRecord) => boolean;
}

/** Name that the audit has where no person asked. */
const SCHEDULE = 'schedule';

/** By the request that people approved, which is running, and then its plan alone; else by the policy of the class, now. */
export async function startOf(
  services: Needs<'registry' | 'plans' | 'clock'>,
  asked: {
    readonly record: ClassRecord;
    readonly secrets: readonly SecretRecord[];
    readonly requestId: string | undefined;
  },
): Promise<Start> {
  const { requestId } = asked;
  return requestId === undefined ? bySchedule(services, asked) : byRequest(services, requestId);
}

async function bySchedule(
  { registry, clock }: Needs<'registry' | 'clock'>,
  { record, secrets }: { readonly record: ClassRecord; readonly secrets: readonly SecretRecord[] },
): Promise<Start> {
  const { rotation, ...policy } = record.policy;
  // How many may be in flight was decided over the whole class, when the manifest was written.
  const unbounded =
    rotation === undefined
      ? record
      : { ...record, policy: { ...policy, rotation: { ...rotation, inFlight: {} } } };
  const decided = decideRotations({
    classes: [unbounded],
    secrets: secrets.map(({ claim: _claim, ...secret }) => secret),
    freezes: await registry.freezes(),
    nowMs: clock.nowMs(),
  });
  const begin = new Set<string>(decided.begin);
  return { user: SCHEDULE, mayStart: ({ ref }) => begin.has(ref) };
}

async function byRequest(
  { registry, plans }: Needs<'registry' | 'plans'>,
  requestId: string,
): Promise<Start> {
  const request = await registry.request(requestId);
  if (request?.state !== 'running') {
    throw new RekeyError({
      code: 'request-not-running',
      family: 'Denied',
      message: `${requestId} is ${request?.state ?? 'unknown'}: nothing rotates for it`,
      safe: 'Nothing was changed.',
      next: [`rekey request show ${requestId}`],
    });
  }
  const plan = await plans.loadRotation(request.planHash);
  const planned = new Map(plan.secrets.map(({ ref, versionId }) => [ref as string, versionId]));
  return {
    user: request.requester.person,
    mayStart: ({ ref, currentVersionId }) => planned.has(ref) && planned.get(ref) === currentVersionId,
  };
}
