import { createSlackSecret } from '../../../../driver/slack/slack-secrets.ts';
import { wallClock as clock } from '../../../../wall-clock.ts';
import { createSlackChat } from '../../../slack/chat.ts';
import { createDynamoRegistry } from '../../dynamodb/registry.ts';
import { wire } from '../wire.ts';
import { dynamodb } from './dynamodb.ts';
import { actingAs, RoleArn, STORE_NAMES, storeOf } from './store-of.ts';
import { TIMING } from './timing.ts';

/** Written with a token that is read as another, who reads nothing else: this function reads the audit. */
export const chat = wire({ ...STORE_NAMES, REKEY_SLACK_ROLE: RoleArn }, ({ REKEY_SLACK_ROLE, ...names }) => {
  const registry = createDynamoRegistry(dynamodb, names.REKEY_REGISTRY_TABLE, TIMING);
  const store = storeOf({ reader: actingAs(REKEY_SLACK_ROLE) }, names);
  return createSlackChat({ token: createSlackSecret({ registry, store, clock }, 'botTokenRef'), clock });
});
