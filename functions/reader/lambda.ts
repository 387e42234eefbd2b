import { lambdaFront } from '../../shared/adapters/aws/lambda/lambda-front.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { lateReads } from '../../shared/adapters/aws/lambda/wires/late-reads.ts';
import { pseudonyms } from '../../shared/adapters/aws/lambda/wires/pseudonyms.ts';
import { random } from '../../shared/adapters/aws/lambda/wires/random.ts';
import { readersStore } from '../../shared/adapters/aws/lambda/wires/readers-store.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { reader } from './front.ts';

export const handler = await lambdaFront(reader, {
  registry,
  store: readersStore,
  pseudonyms,
  lateReads,
  clock,
  random,
});
