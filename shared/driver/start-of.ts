import type { ClassRecord } from '../domain/class.ts';
import { decideRotations } from '../domain/schedule/decide-rotations.ts';
import type { SecretRecord } from '../domain/secret.ts';
import { runningRequest } from './running-request.ts';
import type { Needs } from './services.ts';

/** Who has a rotation begin, and which of these secrets may. */
export interface Start {
  readonly user: string;
  /** Nobody asked for it: a freeze holds it up. */
  readonly byItself: boolean;
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
    byItself: false,
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
  const [freezes, asked] = await Promise.all([registry.freezes(), registry.askedRotations()]);
  const nowMs = clock.nowMs();
  const { begin, held } = decideRotations({
    classes: [unbounded(record)],
    secrets: secrets.map(unclaimed),
    freezes,
    asked,
    nowMs,
  });
  const may = new Set<string>(begin);
  const due = new Set<string>([...begin, ...held.map(({ ref }) => ref)]);
  if (secrets.some(({ ref, rotation }) => rotation === undefined && !due.has(ref))) {
    // Whether one that is not due goes early only the whole class says.
    const all = (await registry.secretsIn({ className: record.name })).map(unclaimed);
    const whole = decideRotations({ classes: [record], secrets: all, freezes, asked, nowMs });
    for (const ref of whole.begin) if (!due.has(ref)) may.add(ref);
  }
  return { user: SCHEDULE, byItself: true, mayStart: ({ ref }) => may.has(ref) };
}

/** How many may be in flight, and whether the class stopped itself, was decided over all of it, when the manifest was written. */
function unbounded(record: ClassRecord): ClassRecord {
  const { rotation, ...policy } = record.policy;
  if (rotation === undefined) return record;
  const { stopAtErrorRate: _decided, ...alone } = rotation;
  return { ...record, policy: { ...policy, rotation: { ...alone, inFlight: {} } } };
}

/** Whoever held it may be gone: the claim says so when it is taken. */
function unclaimed({ claim: _claim, ...secret }: SecretRecord): SecretRecord {
  return secret;
}
