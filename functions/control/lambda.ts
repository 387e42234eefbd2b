import { lambdaFront } from '../../shared/adapters/aws/lambda/lambda-front.ts';
import { auditView } from '../../shared/adapters/aws/lambda/wires/audit-view.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { kinds } from '../../shared/adapters/aws/lambda/wires/kinds.ts';
import { packets } from '../../shared/adapters/aws/lambda/wires/packets.ts';
import { plans } from '../../shared/adapters/aws/lambda/wires/plans.ts';
import { pseudonyms } from '../../shared/adapters/aws/lambda/wires/pseudonyms.ts';
import { random } from '../../shared/adapters/aws/lambda/wires/random.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { workflows } from '../../shared/adapters/aws/lambda/wires/workflows.ts';
import { control } from './front.ts';

export const handler = await lambdaFront(control, {
  registry,
  audit: auditView,
  packets,
  plans,
  workflows,
  rotators: kinds,
  pseudonyms,
  clock,
  random,
});
