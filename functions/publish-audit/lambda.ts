import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { auditBus } from '../../shared/adapters/aws/lambda/wires/audit-bus.ts';
import { published } from '../../shared/adapters/aws/lambda/wires/audit-cursors.ts';
import { chained } from '../../shared/adapters/aws/lambda/wires/chained.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { publishAudit } from './handler.ts';

const publish = await lambdaHandler(publishAudit, { chained, bus: auditBus, published, clock });

/** Woken by the audit table's stream and by a schedule. What woke it says nothing: the chain and the cursor do. */
export const handler: typeof publish = (_woken, context) => publish({ v: 1 }, context);
