import { lambdaFront } from '../../shared/adapters/aws/lambda/lambda-front.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { comparersStore } from '../../shared/adapters/aws/lambda/wires/comparers-store.ts';
import { fingerprints } from '../../shared/adapters/aws/lambda/wires/fingerprints.ts';
import { plans } from '../../shared/adapters/aws/lambda/wires/plans.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { leaks } from './front.ts';

export const handler = await lambdaFront(leaks, {
  registry,
  store: comparersStore,
  fingerprints,
  plans,
  clock,
});
