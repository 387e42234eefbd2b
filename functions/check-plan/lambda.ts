import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { kinds } from '../../shared/adapters/aws/lambda/wires/kinds.ts';
import { plans } from '../../shared/adapters/aws/lambda/wires/plans.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { checkPlan } from './handler.ts';

export const handler = await lambdaHandler(checkPlan, { registry, plans, rotators: kinds, clock });
