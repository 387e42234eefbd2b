import type { RequestRecord } from '../domain/request/record.ts';
import type { Needs } from './services.ts';

/** The workflow that waits looks again at its request: what the request says decides, the answer itself says nothing. Idempotent. */
export async function wakeWorkflow(
  { workflows }: Needs<'workflows'>,
  { taskToken }: Pick<RequestRecord, 'taskToken'>,
): Promise<void> {
  if (taskToken !== undefined) await workflows.answer(taskToken, { again: false });
}
