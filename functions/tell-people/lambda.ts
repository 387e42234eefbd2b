import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { told } from '../../shared/adapters/aws/lambda/wires/audit-cursors.ts';
import { chained } from '../../shared/adapters/aws/lambda/wires/chained.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { emails } from '../../shared/adapters/aws/lambda/wires/emails.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { tellPeople } from './handler.ts';

const tell = await lambdaHandler(tellPeople, { chained, registry, notices: emails, told, clock });

/** Woken by the audit table's stream and by a schedule. What woke it says nothing: the chain and the cursor do. */
export const handler: typeof tell = (_woken, context) => tell({ v: 1 }, context);
