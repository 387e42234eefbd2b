import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { archive } from '../../shared/adapters/aws/lambda/wires/archive.ts';
import { archived } from '../../shared/adapters/aws/lambda/wires/audit-cursors.ts';
import { chained } from '../../shared/adapters/aws/lambda/wires/chained.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { archiveAudit } from './handler.ts';

const archiveChain = await lambdaHandler(archiveAudit, { chained, archive, archived, registry, clock });

/** Woken by a schedule, and by an incident's end. What woke it says nothing: the chain and the cursor do. */
export const handler: typeof archiveChain = (_woken, context) => archiveChain({ v: 1 }, context);
