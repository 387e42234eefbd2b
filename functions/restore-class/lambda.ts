import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { keys } from '../../shared/adapters/aws/lambda/wires/keys.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { restoreClass } from './handler.ts';

export const handler = await lambdaHandler(restoreClass, { registry, keys, clock });
