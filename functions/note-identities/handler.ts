import * as z from 'zod';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { noteIdentities as note } from '../../shared/driver/note-identities.ts';

/** Leaves: how the target itself knows these accounts of it written down. Changes nothing there. */
export const noteIdentities = defineFunction({
  name: 'NoteIdentities',
  needs: ['registry', 'store', 'rotators', 'clock', 'random'],
  input: { targetId: z.string(), refs: z.array(z.string()) },
  output: {
    seen: z.number(),
    unseen: z.array(z.object({ target: z.string(), message: z.string() })),
  },
  async run({ targetId, refs }, services) {
    const secrets = await services.registry.secrets(refs as SecretRef[]);
    return note(
      services,
      secrets.filter(({ target }) => target === targetId).map(({ ref }) => ref),
    );
  },
});
