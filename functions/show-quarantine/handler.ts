import * as z from 'zod';
import { Quarantine } from '../../shared/domain/quarantine/record.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { quarantineNamed } from '../../shared/driver/lift-quarantine.ts';
import { namePeople } from '../../shared/driver/pseudonym/name-people.ts';

export const showQuarantine = defineFunction({
  name: 'ShowQuarantine',
  needs: ['registry', 'pseudonyms'],
  input: { quarantineId: z.string() },
  output: { quarantine: Quarantine },
  async run({ quarantineId }, services, context) {
    callerOf(context);
    return { quarantine: await namePeople(services, await quarantineNamed(services, quarantineId)) };
  },
});
