import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { judged } from '../../shared/adapters/aws/lambda/wires/audit-cursors.ts';
import { auditView } from '../../shared/adapters/aws/lambda/wires/audit-view.ts';
import { chained } from '../../shared/adapters/aws/lambda/wires/chained.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { principalFence } from '../../shared/adapters/aws/lambda/wires/principal-fence.ts';
import { pseudonyms } from '../../shared/adapters/aws/lambda/wires/pseudonyms.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { cases, deadLetters, states } from '../../shared/adapters/aws/lambda/wires/watch-table.ts';
import { judgeReads } from './handler.ts';

const judge = await lambdaHandler(judgeReads, {
  chained,
  states,
  judged,
  registry,
  audit: auditView,
  principalFence,
  cases,
  deadLetters,
  pseudonyms,
  clock,
});

/** Woken by a schedule. What is to be judged the chain and the cursor say. */
export const handler: typeof judge = (_woken, context) => judge({ v: 1 }, context);
