import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { manifests } from '../../shared/adapters/aws/lambda/wires/manifests.ts';
import { plans } from '../../shared/adapters/aws/lambda/wires/plans.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { planRotationBatches } from './handler.ts';

export const handler = await lambdaHandler(planRotationBatches, { registry, plans, manifests, clock });
