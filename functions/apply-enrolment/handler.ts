import * as z from 'zod';
import type { Change } from '../../shared/domain/config/difference.ts';
import type { Wanted } from '../../shared/domain/config/records.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { enrolmentChanges } from '../../shared/driver/enrolment-changes.ts';

/** Leaves: what the person looked at enrolled, each change with its entry. Never rotates; removes only what it is told to. */
export const applyEnrolment = defineFunction({
  name: 'ApplyEnrolment',
  needs: ['registry', 'clock', 'random'],
  input: {
    wanted: z.custom<Wanted>(),
    remove: z.boolean(),
    /** Of the changes that were looked at (CompareEnrolment). */
    hash: z.string(),
  },
  output: { added: z.number(), changed: z.number(), removed: z.number(), notRemoved: z.number() },
  async run({ wanted, remove, hash }, services, context) {
    const { user, source } = callerOf(context);
    const now = await enrolmentChanges(services, wanted, remove);
    if (now.hash !== hash) {
      throw new RekeyError({
        code: 'apply-overtaken',
        family: 'Conflict',
        message: 'the registry changed since the difference was shown',
        safe: 'Nothing was applied.',
        next: ['rekey apply'],
      });
    }
    const atMs = services.clock.nowMs();
    const operation = `apply-${services.random.uuid()}`;
    await services.registry.applyEnrolment(
      now.changes.map(({ family, name, kind, fields, put }, ordinal) => ({
        put,
        remove: kind === 'remove' ? { [family]: [name] } : {},
        entries: [
          {
            v: 1,
            id: `${operation}.${ordinal}`,
            atMs,
            action: 'apply',
            outcome: 'success',
            actor: { user },
            source,
            operation,
            ordinal,
            ...(family === 'secrets' ? { ref: name } : {}),
            reason: `${kind} ${family} ${name}${fields.length === 0 ? '' : `: ${fields.map((field) => field.split(':')[0]).join(', ')}`}`,
          },
        ],
      })),
    );
    const count = (kind: Change['kind']) => now.changes.filter((change) => change.kind === kind).length;
    return {
      added: count('add'),
      changed: count('change'),
      removed: count('remove'),
      notRemoved: now.kept.length,
    };
  },
});
