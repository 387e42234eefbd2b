import { noteStep as note } from '../functions/note-step/handler.ts';
import { showCase } from '../functions/show-case/handler.ts';
import { RekeyError } from '../shared/domain/errors.ts';
import type { Context } from './context.ts';
import type { Face } from './face.ts';

/** Before anything is begun for a case: that there is one, where the caller may see it. Throws `case-unknown`. */
export async function insistOnCase(face: Face, caseId: string | undefined): Promise<void> {
  if (caseId === undefined) return;
  try {
    await face.call(showCase, { caseId });
  } catch (error) {
    if (!(error instanceof RekeyError && error.family === 'Denied')) throw error;
  }
}

/** What was begun goes on, whether or not the case can be told of it. */
export async function noteStep(
  context: Context,
  face: Face,
  step: {
    readonly caseId: string | undefined;
    readonly what: 'rotation requested' | 'break-glass started';
    readonly operation: string;
  },
): Promise<void> {
  const { caseId, what, operation } = step;
  if (caseId === undefined) return;
  try {
    await face.call(note, { caseId, what, operation });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it is not known why';
    context.say(`${operation} goes on; ${caseId} does not say so: ${why}`);
  }
}
