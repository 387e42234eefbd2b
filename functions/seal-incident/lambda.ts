import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { auditView } from '../../shared/adapters/aws/lambda/wires/audit-view.ts';
import { borrowedTellersStore } from '../../shared/adapters/aws/lambda/wires/borrowed-tellers-store.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { fingerprints } from '../../shared/adapters/aws/lambda/wires/fingerprints.ts';
import { keys } from '../../shared/adapters/aws/lambda/wires/keys.ts';
import { notifier } from '../../shared/adapters/aws/lambda/wires/notifier.ts';
import { packets } from '../../shared/adapters/aws/lambda/wires/packets.ts';
import { random } from '../../shared/adapters/aws/lambda/wires/random.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { signer } from '../../shared/adapters/aws/lambda/wires/signer.ts';
import { sealIncident } from './handler.ts';

export const handler = await lambdaHandler(sealIncident, {
  registry,
  store: borrowedTellersStore,
  keys,
  fingerprints,
  audit: auditView,
  signer,
  packets,
  notifier,
  clock,
  random,
});
