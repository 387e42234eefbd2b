import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { canary } from '../../shared/adapters/aws/lambda/wires/canary.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { observeDenial } from './handler.ts';

export const handler = await lambdaHandler(observeDenial, { registry, canary, clock });
