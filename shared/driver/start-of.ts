import type { ClassRecord } from '../domain/class.ts';
import { decideRotations } from '../domain/schedule/decide-rotations.ts';
import type { SecretRecord } from '../domain/secret.ts';
import { runningRequest } from './running-request.ts';
import type { Needs } from './services.ts';

/** Who has a rotation begin, and which of these secrets may. */
export interface Start {
  readonly user: string;
  readonly mayStart: (secret: SecretRecord) => boolean;
}

/** No version is called so. */
const NEVER_ISSUED = '';

/** Name that the audit has where no person asked. */
const SCHEDULE = 'schedule';

/**
 * By the request that people approved, which is running: its plan's secrets, each at the version that they were shown, as long
 * as no break-glass has the class. Throws `Denied` `request-not-running`.
 */
export async function startByRequest(
  services: Needs<'registry' | 'plans'>,
  record: ClassRecord,
  requestId: string,
): Promise<Start> {
  const { request, plan } = await runningRequest(services, requestId);
  const planned = new Map(plan.secrets.map(({ ref, versionId = NEVER_ISSUED }) => [ref, versionId]));
  return {
    user: request.requester.person,
    mayStart: ({ ref, currentVersionId = NEVER_ISSUED }) =>
      record.epoch === plan.epoch && planned.get(ref) === currentVersionId,
  };
}

/** By the policy of the class, as it is now. */
export async function startBySchedule(
  { registry, clock }: Needs<'registry' | 'clock'>,
  record: ClassRecord,
  secrets: readonly SecretRecord[],
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
