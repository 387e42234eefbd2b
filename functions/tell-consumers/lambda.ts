import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { notifier } from '../../shared/adapters/aws/lambda/wires/notifier.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { tellersStore } from '../../shared/adapters/aws/lambda/wires/tellers-store.ts';
import { tellConsumers } from './handler.ts';

export const handler = await lambdaHandler(tellConsumers, { registry, store: tellersStore, notifier, clock });
