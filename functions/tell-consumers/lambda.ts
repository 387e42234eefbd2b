import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { notifier } from '../../shared/adapters/aws/lambda/wires/notifier.ts';
import { ownStore } from '../../shared/adapters/aws/lambda/wires/own-store.ts';
import { random } from '../../shared/adapters/aws/lambda/wires/random.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { signedNotices } from '../../shared/adapters/aws/lambda/wires/signed-notices.ts';
import { tellConsumers } from './handler.ts';

export const handler = await lambdaHandler(tellConsumers, {
  registry,
  store: ownStore,
  notifier,
  notices: signedNotices,
  clock,
  random,
});
