import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { keys } from '../../shared/adapters/aws/lambda/wires/keys.ts';
import { plans } from '../../shared/adapters/aws/lambda/wires/plans.ts';
import { random } from '../../shared/adapters/aws/lambda/wires/random.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { rotators } from '../../shared/adapters/aws/lambda/wires/rotators.ts';
import { workersStore } from '../../shared/adapters/aws/lambda/wires/workers-store.ts';
import { rotateBatch } from './handler.ts';

export const handler = await lambdaHandler(rotateBatch, {
  registry,
  store: workersStore,
  keys,
  plans,
  rotators,
  clock,
  random,
});
