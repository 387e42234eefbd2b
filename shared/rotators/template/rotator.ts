import * as z from 'zod';
import { RekeyError } from '../../domain/errors.ts';
import { makePassword } from '../../domain/password.ts';
import type { Rotator, TargetSession } from '../rotator.ts';

/**
 * A kind to copy: it compiles, and every verb says what it has to keep. Bind the copy to `test/contracts/rotator.ts` against
 * the real server, and show each line of its table of proofs there.
 */
export const template: Rotator = {
  kind: 'template',
  /** A target's `connection` in `rekey.yaml`; unknown keys are refused. */
  connection: z.strictObject({ url: z.url() }),
  /** A secret's `account`. */
  account: z.strictObject({ name: z.string().min(1) }),
  // `beside` or `alternate` where the old one works on until `revoke`: no gap.
  strategy: () => 'replace',
  gap: 'how long a consumer may find neither credential working; none where the kind holds two at once',
  // From `random` and the target's policy alone: the same bytes, the same credential.
  issue: (random, { passwords }) => makePassword(random, passwords),
  // `TargetUnavailable` within a second where nobody answers; `Denied` `admin-refused` for a wrong admin credential.
  open: async () => session,
};

const session: TargetSession = {
  // By the name that the target shows (`application_name`, client name); returns once it was seen gone.
  endWriters: () => notYet('endWriters'),
  // The target's own name for the account, unchanged by a rename, and whether it is off.
  inspect: () => notYet('inspect'),
  // Few transactions, sessions ended, seen off by the target's word; what is off already is left alone. What was renamed is
  // found by its identity and cut under the name it has now. The sample shows something only where its password was valid.
  cut: () => notYet('cut'),
  restore: () => notYet('restore'),
  // Safe to do again with the same value. Never switches on what was off before, unless `turnOn`. `mark`: the target's clock
  // after the commit.
  install: () => notYet('install'),
  // Sessions that began before `mark`; younger ones are the consumers' own.
  endSessions: () => notYet('endSessions'),
  // By the route that consumers use.
  verify: () => notYet('verify'),
  // Where `install` did not replace the old one: take it away. Already gone is success.
  revoke: () => notYet('revoke'),
  // Try each old credential for real, then look at the sessions once more. What says nothing is `no-proof`.
  prove: () => notYet('prove'),
  close: async () => undefined,
};

async function notYet(verb: string): Promise<never> {
  throw new RekeyError({
    code: 'not-written',
    family: 'Unrecoverable',
    message: `the template's ${verb} is not written`,
    safe: 'Nothing was changed at the target.',
    next: ['docs/rotators.md'],
  });
}
