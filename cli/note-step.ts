import { noteStep as note } from '../functions/note-step/handler.ts';
import { showCase } from '../functions/show-case/handler.ts';
import { describeError } from '../local/describe-error.ts';
import { RekeyError } from '../shared/domain/errors.ts';
import type { Context } from './context.ts';
import type { Face } from './face.ts';

/** Before anything is begun for a case: that there is one, where that can be seen. What is to be begun does not wait for it. Throws `case-unknown`. */
export async function insistOnCase(context: Context, face: Face, caseId: string | undefined): Promise<void> {
  if (caseId === undefined) return;
  try {
    await face.call(showCase, { caseId });
  } catch (error) {
    if (error instanceof RekeyError && error.family === 'NotFound') throw error;
    context.say(`whether there is ${caseId} cannot be seen: ${describeError(error)}`);
  }
}

/** What was begun goes on, whether or not the case can be told of it. */
export async function noteStep(
  context: Context,
  face: Face,
  step: {
    readonly caseId: string | undefined;
    readonly operation: string;
  },
): Promise<void> {
  const { caseId, operation } = step;
  if (caseId === undefined) return;
  try {
    await face.call(note, { caseId, operation });
  } catch (error) {
    context.say(`${operation} goes on; ${caseId} does not say so: ${describeError(error)}`);
  }
}
