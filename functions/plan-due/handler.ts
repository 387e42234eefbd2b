import * as z from 'zod';
import { batchesOf } from '../../shared/domain/batches.ts';
import { sha256Hex } from '../../shared/domain/canonical.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { dueNow } from '../../shared/driver/due-now.ts';

/**
 * Leaves: a manifest of what is due now, references only: what may begin by its class's policy, and what is under way and can
 * go on. Where `refs` names some: of these alone, and nothing begins.
 */
export const planDue = defineFunction({
  name: 'PlanDue',
  needs: ['registry', 'manifests', 'clock'],
  input: {
    /** Of the workflow: the operation is called after it. */
    execution: z.string().min(1),
    refs: z.array(z.string()),
  },
  output: {
    operationId: z.string(),
    bucket: z.string(),
    key: z.string(),
    batches: z.number(),
    /** Values older than their class allows: what an alarm watches. */
    overAge: z.number(),
  },
  async run({ execution, refs }, services) {
    const { secrets, targets, overAge } = await dueNow(services, refs);
    const admins = new Set(targets.flatMap((target) => target.admins.map((admin) => admin.passwordRef)));
    // A batch is of one class: its policy and its key hold for all of it.
    const batches = [...Map.groupBy(secrets, ({ className }) => className).values()].flatMap((group) =>
      batchesOf(group, admins),
    );
    const operationId = operationOf(execution);
    const place = await services.manifests.write(
      `${operationId}/${Math.floor(services.clock.nowMs())}`,
      batches,
    );
    return { ...place, operationId, batches: batches.length, overAge };
  },
});

/** What the machine's role may read manifests of, and what names are made of that Rekey gives. */
const OWN_NAME = /^(rot|roll)-/;
/** With the worker's name it has to fit into `application_name`. */
const LONGEST_NAME = 48;

/** EventBridge and a person in the console name executions as they like. */
function operationOf(execution: string): string {
  return OWN_NAME.test(execution) && execution.length <= LONGEST_NAME
    ? execution
    : `rot-${sha256Hex(execution).slice(0, 24)}`;
}
