import { expect } from 'vitest';
import type { Departure } from './scenario.ts';
import type { Told } from './told.ts';

/** Lines of the audit, as another world has them. */
function audited(told: Told, change: (line: string) => string): Told['audit'] {
  return Object.fromEntries(Object.entries(told.audit).map(([stream, lines]) => [stream, lines.map(change)]));
}

/** By AWS's own word, so in every story: a key scheduled for deletion can be had back until its waiting period is over. */
export const kmsWaits: Departure = {
  why: 'https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html says: the waiting period is 7 to 30 days',
  there: (told) => ({
    ...told,
    audit: audited(told, (line) =>
      line.replace(
        /(?<=^key-destroy .*: )irrevocable$/,
        'not yet irrevocable: KMS deletes it at <time>: until then kms:CancelKeyDeletion brings it back, see that nobody calls it',
      ),
    ),
  }),
};

const UNENFORCED =
  'not-enforceable: a canary reader was served, and so was a call that nobody lets it make: no permission is enforced here';

/** The key layer is not called observed, and Rekey says why; all else is as it is where the key is closed. */
export const keyPoliciesAreNotEnforced: Departure = {
  why: 'LocalStack enforces no key policy (shared/localstack/README.md); on AWS a reader is denied: https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html',
  there: (told) => ({
    ...told,
    incident:
      told.incident === null
        ? null
        : { ...told.incident, layers: { ...told.incident.layers, key: UNENFORCED } },
    audit: audited(told, (line) =>
      line.replace(/^observe success (.*; key: )observed: .*$/, `observe error $1${UNENFORCED}`),
    ),
  }),
};

/** What a destroyed key sealed is read all the same. The target refuses it, as it has to. */
export const destroyedKeysGiveTheirValues: Departure = {
  why: 'LocalStack enforces no state of a key (shared/localstack/README.md); on AWS it cannot decrypt: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html',
  there: (told) => ({
    ...told,
    secrets: Object.fromEntries(
      Object.entries(told.secrets).map(([ref, secret]) => {
        const { enrolled, current } = secret.logins;
        const logins = { enrolled, current: current === 'key-destroyed' ? 'refused' : current };
        return [ref, { ...secret, logins }];
      }),
    ),
  }),
};

/**
 * An execution that a person stops is over, and `resume` starts another, which asks again for what was set aside. The
 * embedded engine knows no such stop: it ends, and the next one carries the same execution on.
 */
export const whatIsStoppedStartsAnew: Departure = {
  why: 'https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html',
  there: (told) => ({
    ...told,
    executions: [
      {
        end: 'failed: Aborted: a person stopped the execution',
        // Wherever the stop met it: in the map that found the target dead, or after it.
        paths: expect.objectContaining({
          '': expect.stringMatching(/^OpenIncident Contain RecordContainment PlanBatches HasBatches/),
        }) as Record<string, string>,
      },
      ...told.executions.map(({ end, paths }) => ({
        end,
        paths: {
          ...paths,
          '': 'OpenIncident Contain RecordContainment PlanBatches HasBatches ReissueBatches SweepUnfinished HasUnfinished NeedsReopen SealIncident Sealed',
        },
      })),
    ],
    audit: Object.fromEntries(
      Object.entries(told.audit).map(([stream, lines]) => [
        stream,
        lines.flatMap((line) => (line.startsWith('park ') ? [line, lines[0] ?? ''] : [line])),
      ]),
    ),
  }),
};
