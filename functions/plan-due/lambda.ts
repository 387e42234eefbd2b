import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { manifests } from '../../shared/adapters/aws/lambda/wires/manifests.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { planDue } from './handler.ts';

export const handler = await lambdaHandler(planDue, { registry, manifests, clock });
