import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { auditWriter } from '../../shared/adapters/aws/lambda/wires/audit-writer.ts';
import { chainAudit } from './handler.ts';

const chain = await lambdaHandler(chainAudit, { audit: auditWriter });

/** Woken by the registry's stream and by a schedule. What woke it says nothing: what is pending is read from the table. */
export const handler: typeof chain = (_woken, context) => chain({ v: 1 }, context);
