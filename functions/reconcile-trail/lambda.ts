import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { judged } from '../../shared/adapters/aws/lambda/wires/audit-cursors.ts';
import { auditView } from '../../shared/adapters/aws/lambda/wires/audit-view.ts';
import { chained } from '../../shared/adapters/aws/lambda/wires/chained.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { naming } from '../../shared/adapters/aws/lambda/wires/naming.ts';
import { pseudonyms } from '../../shared/adapters/aws/lambda/wires/pseudonyms.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { trail } from '../../shared/adapters/aws/lambda/wires/trail.ts';
import { cases, deadLetters, states } from '../../shared/adapters/aws/lambda/wires/watch-table.ts';
import { reconcileTrail } from './handler.ts';

const reconcile = await lambdaHandler(reconcileTrail, {
  registry,
  naming,
  deadLetters,
  cases,
  audit: auditView,
  trail,
  chained,
  judged,
  states,
  pseudonyms,
  clock,
});

/** Woken by a schedule. */
export const handler: typeof reconcile = (_woken, context) => reconcile({ v: 1 }, context);
