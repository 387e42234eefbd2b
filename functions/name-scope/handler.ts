import * as z from 'zod';
import type { Scope } from '../../shared/domain/class.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { scopeNamed } from '../../shared/driver/scope-named.ts';

/** Answers the scope that a responder's names mean, before he is asked anything more. */
export const nameScope = defineFunction({
  name: 'NameScope',
  needs: ['registry'],
  input: {
    class: z.string().optional(),
    tenant: z.string().optional(),
    target: z.string().optional(),
    secret: z.string().optional(),
  },
  output: { scope: z.custom<Scope>() },
  async run(names, services, context) {
    callerOf(context);
    return { scope: await scopeNamed(services, names) };
  },
});
