import { lambdaFront } from '../../shared/adapters/aws/lambda/lambda-front.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { packets } from '../../shared/adapters/aws/lambda/wires/packets.ts';
import { plans } from '../../shared/adapters/aws/lambda/wires/plans.ts';
import { principalFence } from '../../shared/adapters/aws/lambda/wires/principal-fence.ts';
import { pseudonyms } from '../../shared/adapters/aws/lambda/wires/pseudonyms.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { workers } from '../../shared/adapters/aws/lambda/wires/workers.ts';
import { workflows } from '../../shared/adapters/aws/lambda/wires/workflows.ts';
import { approval } from './front.ts';

export const handler = await lambdaFront(approval, {
  registry,
  packets,
  plans,
  principalFence,
  workers,
  workflows,
  pseudonyms,
  clock,
});
