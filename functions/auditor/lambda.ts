import { lambdaFront } from '../../shared/adapters/aws/lambda/lambda-front.ts';
import { auditView } from '../../shared/adapters/aws/lambda/wires/audit-view.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { pseudonyms } from '../../shared/adapters/aws/lambda/wires/pseudonyms.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { signer } from '../../shared/adapters/aws/lambda/wires/signer.ts';
import { auditor } from './front.ts';

export const handler = await lambdaFront(auditor, {
  audit: auditView,
  registry,
  signer,
  pseudonyms,
  clock,
});
