import { RekeyError } from '../shared/domain/errors.ts';

/** `--yes` is about the plan that was looked at, which its hash says. Throws `Validation` `plan-hash`. */
export function insistOnLookedAt(
  given: string | undefined,
  planHash: string,
  then: { readonly safe: string; readonly next: string },
): void {
  if (given === planHash) return;
  throw new RekeyError({
    code: 'plan-hash',
    family: 'Validation',
    message:
      given === undefined
        ? `--yes needs --plan-hash: it says which plan was looked at (${planHash} now)`
        : `the plan is ${planHash} now, ${given} was looked at: something changed in between`,
    safe: then.safe,
    next: [then.next],
  });
}
