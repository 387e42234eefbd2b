import { lambdaFront } from '../../shared/adapters/aws/lambda/lambda-front.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { random } from '../../shared/adapters/aws/lambda/wires/random.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { confirmation } from './front.ts';

export const handler = await lambdaFront(confirmation, { registry, clock, random });
