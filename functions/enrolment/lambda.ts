import { lambdaFront } from '../../shared/adapters/aws/lambda/lambda-front.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { keys } from '../../shared/adapters/aws/lambda/wires/keys.ts';
import { kinds } from '../../shared/adapters/aws/lambda/wires/kinds.ts';
import { ownStore } from '../../shared/adapters/aws/lambda/wires/own-store.ts';
import { random } from '../../shared/adapters/aws/lambda/wires/random.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { workers } from '../../shared/adapters/aws/lambda/wires/workers.ts';
import { enrolment } from './front.ts';

export const handler = await lambdaFront(enrolment, {
  registry,
  store: ownStore,
  keys,
  workers,
  rotators: kinds,
  clock,
  random,
});
