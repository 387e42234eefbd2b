import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import { HealthCheck, mendedBy } from '../../shared/domain/health-check.ts';
import type { Person } from '../../shared/domain/person.ts';
import type { SecretRecord } from '../../shared/domain/secret.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import type { Needs } from '../../shared/driver/services.ts';
import { inParallel } from '../../shared/in-parallel.ts';

/** Targets looked at at once. */
const AT_ONCE = 16;

/** Answers whether everything that an incident needs is in order. Rotates nothing. */
export const checkHealth = defineFunction({
  name: 'CheckHealth',
  needs: ['registry', 'store', 'workers'],
  input: {},
  output: { checks: z.array(HealthCheck) },
  async run(_input, services, context) {
    callerOf(context);
    const { people, targets, secrets } = await services.registry.enrolment();
    return {
      checks: [
        checkPeople(people),
        ...(await inParallel(targets, AT_ONCE, ({ id }) => checkTarget(services, id))),
        checkValues(secrets),
        ...(await unreadable(services, secrets)),
      ],
    };
  },
});

function checkPeople(people: readonly Person[]): HealthCheck {
  const signers = people.filter((person) => person.sshKeys.length > 0).length;
  if (signers >= 2) return { what: 'people', ok: true, detail: `${signers} can sign` };
  return {
    what: 'people',
    ok: false,
    detail: `${signers} can sign, and a fenced class takes two to re-open`,
    next: 'add people with sshKeys to rekey.yaml, then: rekey apply',
  };
}

/** A worker that could not be asked says nothing of its target, and still nothing is known to be in order. */
async function checkTarget({ workers }: Needs<'workers'>, targetId: string): Promise<HealthCheck> {
  try {
    return await workers.checkTarget({ targetId });
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    const next = mendedBy(error, 'the same command again');
    return { what: `target ${targetId}`, ok: false, detail: error.message, next };
  }
}

function checkValues(secrets: readonly SecretRecord[]): HealthCheck {
  const empty = secrets.filter((secret) => secret.currentVersionId === undefined);
  const [first] = empty;
  if (first === undefined) return { what: 'secrets', ok: true, detail: `${secrets.length} have a value` };
  return {
    what: 'secrets',
    ok: false,
    detail: `${empty.length} of ${secrets.length} have no value, ${first.ref} among them`,
    next: `rekey import, or: rekey secret put ${first.ref}`,
  };
}

/** One value of each class, opened and let go: the root key is the right one, the key of the epoch is there. */
async function unreadable(
  { store }: Needs<'store'>,
  secrets: readonly SecretRecord[],
): Promise<HealthCheck[]> {
  const checks: HealthCheck[] = [];
  for (const [className, group] of Map.groupBy(secrets, (secret) => secret.className)) {
    const secret = group.find(({ currentVersionId }) => currentVersionId !== undefined);
    if (secret === undefined) continue;
    try {
      await store.read([{ ref: secret.ref, versionId: secret.currentVersionId ?? '' }], 'worker');
    } catch (error) {
      if (!(error instanceof RekeyError)) throw error;
      const next = mendedBy(error, 'restore the root key that they were sealed under');
      checks.push({ what: `values of ${className}`, ok: false, detail: error.message, next });
    }
  }
  return checks;
}
