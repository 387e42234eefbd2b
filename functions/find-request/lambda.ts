import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { findRequest } from './handler.ts';

export const handler = await lambdaHandler(findRequest, { registry, clock });
