import { RekeyError } from '../shared/domain/errors.ts';
import type { Context } from './context.ts';

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

/** A yes at the terminal to the plan that was shown, or `--yes` to the one that was looked at. Throws `Validation` `not-confirmed`. */
export async function confirmPlan(
  context: Context,
  options: { readonly yes?: boolean; readonly planHash?: string },
  planHash: string,
  about: { readonly question: string; readonly safe: string; readonly command?: string },
): Promise<void> {
  const { question, safe, command = 'the same command with' } = about;
  const next = `${command} --yes --plan-hash ${planHash}`;
  if (options.yes === true) return insistOnLookedAt(options.planHash, planHash, { safe, next });
  const answer = await context.ask(`${question} yes or no: `);
  if (answer === 'yes') return;
  throw new RekeyError({
    code: 'not-confirmed',
    family: 'Validation',
    message:
      answer === null ? 'there is no terminal to confirm at: --yes --plan-hash does' : 'that is no yes',
    safe,
    next: [next],
  });
}
