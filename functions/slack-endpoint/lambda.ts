import { lambdaSlackEndpoint } from '../../shared/adapters/aws/lambda/lambda-slack-endpoint.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { inbox } from '../../shared/adapters/aws/lambda/wires/inbox.ts';
import { readersStore } from '../../shared/adapters/aws/lambda/wires/readers-store.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { seen } from '../../shared/adapters/aws/lambda/wires/seen.ts';

/** The one URL without IAM, since Slack cannot sign for AWS. Its role can do no more than it does. */
export const handler = await lambdaSlackEndpoint({ registry, store: readersStore, seen, inbox, clock });
