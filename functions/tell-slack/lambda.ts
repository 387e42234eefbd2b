import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { shown } from '../../shared/adapters/aws/lambda/wires/audit-cursors.ts';
import { chained } from '../../shared/adapters/aws/lambda/wires/chained.ts';
import { chat } from '../../shared/adapters/aws/lambda/wires/chat.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { live } from '../../shared/adapters/aws/lambda/wires/live.ts';
import { packets } from '../../shared/adapters/aws/lambda/wires/packets.ts';
import { plans } from '../../shared/adapters/aws/lambda/wires/plans.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { cases } from '../../shared/adapters/aws/lambda/wires/watch-table.ts';
import { workflows } from '../../shared/adapters/aws/lambda/wires/workflows.ts';
import { tellSlack } from './handler.ts';

const tell = await lambdaHandler(tellSlack, {
  chained,
  registry,
  packets,
  plans,
  workflows,
  cases,
  clock,
  chat,
  live,
  shown,
});

/** Woken by a schedule, and by the bus where there is news. What woke it says nothing: the chain and the cursor do. */
export const handler: typeof tell = (_woken, context) => tell({ v: 1 }, context);
