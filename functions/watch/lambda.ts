import { lambdaFront } from '../../shared/adapters/aws/lambda/lambda-front.ts';
import { auditView } from '../../shared/adapters/aws/lambda/wires/audit-view.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { naming } from '../../shared/adapters/aws/lambda/wires/naming.ts';
import { principalFence } from '../../shared/adapters/aws/lambda/wires/principal-fence.ts';
import { pseudonyms } from '../../shared/adapters/aws/lambda/wires/pseudonyms.ts';
import { random } from '../../shared/adapters/aws/lambda/wires/random.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { cases, deadLetters } from '../../shared/adapters/aws/lambda/wires/watch-table.ts';
import { watch } from './front.ts';

export const handler = await lambdaFront(watch, {
  registry,
  audit: auditView,
  cases,
  deadLetters,
  naming,
  principalFence,
  pseudonyms,
  clock,
  random,
});
