import { lambdaFront } from '../../shared/adapters/aws/lambda/lambda-front.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { keys } from '../../shared/adapters/aws/lambda/wires/keys.ts';
import { ownStore } from '../../shared/adapters/aws/lambda/wires/own-store.ts';
import { packets } from '../../shared/adapters/aws/lambda/wires/packets.ts';
import { random } from '../../shared/adapters/aws/lambda/wires/random.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { rotators } from '../../shared/adapters/aws/lambda/wires/rotators.ts';
import { workflows } from '../../shared/adapters/aws/lambda/wires/workflows.ts';
import { approval } from './front.ts';

export const handler = await lambdaFront(approval, {
  registry,
  store: ownStore,
  keys,
  packets,
  workflows,
  rotators,
  clock,
  random,
});
