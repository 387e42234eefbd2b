import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { random } from '../../shared/adapters/aws/lambda/wires/random.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { rotators } from '../../shared/adapters/aws/lambda/wires/rotators.ts';
import { workersStore } from '../../shared/adapters/aws/lambda/wires/workers-store.ts';
import { restoreTarget } from './handler.ts';

export const handler = await lambdaHandler(restoreTarget, {
  registry,
  store: workersStore,
  rotators,
  clock,
  random,
});
