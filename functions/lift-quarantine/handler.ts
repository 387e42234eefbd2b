import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import { liftBytes, liftStatement } from '../../shared/domain/quarantine/lift.ts';
import { Quarantine } from '../../shared/domain/quarantine/record.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { identityOf } from '../../shared/driver/identity-of.ts';
import { liftQuarantine as lift, quarantineNamed } from '../../shared/driver/lift-quarantine.ts';
import { signerOf } from '../../shared/driver/signer-key.ts';

/** Leaves: one voice for lifting, of the caller as IAM verified him or of whoever's key signed; with the second it is lifted. */
export const liftQuarantine = defineFunction({
  name: 'LiftQuarantine',
  needs: ['registry', 'principalFence', 'clock', 'pseudonyms'],
  input: {
    quarantineId: z.string(),
    reason: z.string().min(1).max(500),
    /** Armoured SSH signature over the statement. */
    armored: z.string().optional(),
  },
  output: { quarantine: Quarantine },
  async run({ quarantineId, reason, armored }, services, context) {
    const caller = callerOf(context);
    const own = identityOf(caller);
    if (armored === undefined && own.way === 'os') throw signatureMissing(quarantineId);
    const said = { quarantineId, reason, source: caller.source, through: caller.user };
    if (armored === undefined) return { quarantine: await lift(services, { ...said, identity: own }) };
    const before = await quarantineNamed(services, quarantineId);
    const identity = await signerOf(services, armored, {
      bytes: liftBytes(liftStatement(before)),
      what: `the lifting of ${quarantineId}`,
      next: `rekey quarantine show ${quarantineId}`,
    });
    return { quarantine: await lift(services, { ...said, identity, armored }) };
  },
});

function signatureMissing(id: string): RekeyError {
  return new RekeyError({
    code: 'signature-missing',
    family: 'Denied',
    message: 'on one machine people lift by keys of their own: whoever can be one user here can be any',
    safe: 'The quarantine stands as it did.',
    next: [`rekey quarantine lift ${id} --reason TEXT --key FILE`],
  });
}
