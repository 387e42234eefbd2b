import type { Severity } from '../finding.ts';
import { secretOf } from '../found.ts';
import { quarantineCommand, rotateCommand } from '../next-command.ts';
import { whoOf } from '../reader.ts';
import { times, touchDetector } from '../touch.ts';

/** By AWS's own name: what it can do to a secret of Rekey's. What is not listed here is made by Rekey, or of AWS's own accord. */
const GRAVE: Readonly<Record<string, Severity>> = {
  PutSecretValue: 'high',
  UpdateSecret: 'high',
  UpdateSecretVersionStage: 'high',
  DeleteSecret: 'high',
  RestoreSecret: 'medium',
  PutResourcePolicy: 'critical',
  DeleteResourcePolicy: 'critical',
  RotateSecret: 'medium',
  CancelRotateSecret: 'medium',
  CreateSecret: 'medium',
  DisableKey: 'critical',
  ScheduleKeyDeletion: 'critical',
  PutKeyPolicy: 'critical',
};

/** Somebody else changed a value, a policy or a key that is Rekey's to change, or tried to. */
export const changedBehind = touchDetector('changed-behind', {
  keyOf(entry) {
    const { change } = entry;
    // Of other people's secrets and keys it is nothing to us.
    const isOurs = entry.ref !== undefined || entry.className !== undefined;
    if (change === undefined || change.own === true || change.kind === 'service' || !isOurs) return undefined;
    return GRAVE[change.name] === undefined ? undefined : `${whoOf(entry)} ${change.name}`;
  },
  say(entry, { count }) {
    const { user } = entry.actor;
    const name = entry.change?.name ?? '';
    const ref = secretOf(entry);
    const done = entry.outcome === 'success';
    return {
      severity: done ? (GRAVE[name] ?? 'medium') : 'low',
      certainty: done ? 'likely' : 'possible',
      seen: `${user} ${done ? 'called' : 'tried'} ${name} of ${ref ?? entry.change?.keyId ?? `class ${entry.className}`} from ${entry.source}, ${times(count)} that day`,
      unusual: 'Rekey’s own roles alone change it: by others 0 changes are expected',
      next:
        done && name === 'PutSecretValue' && ref !== undefined
          ? rotateCommand(ref, 'its value was changed behind Rekey')
          : quarantineCommand(user),
    };
  },
});
