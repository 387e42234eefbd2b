import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { manifests } from '../../shared/adapters/aws/lambda/wires/manifests.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { rotators } from '../../shared/adapters/aws/lambda/wires/rotators.ts';
import { planBatches } from './handler.ts';

export const handler = await lambdaHandler(planBatches, { registry, manifests, rotators, clock });
