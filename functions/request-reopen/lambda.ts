import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { requestReopen } from './handler.ts';

export const handler = await lambdaHandler(requestReopen, { registry });
