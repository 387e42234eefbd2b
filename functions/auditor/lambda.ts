import { lambdaFront } from '../../shared/adapters/aws/lambda/lambda-front.ts';
import { auditView } from '../../shared/adapters/aws/lambda/wires/audit-view.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { pseudonyms } from '../../shared/adapters/aws/lambda/wires/pseudonyms.ts';
import { signer } from '../../shared/adapters/aws/lambda/wires/signer.ts';
import { auditor } from './front.ts';

export const handler = await lambdaFront(auditor, { audit: auditView, signer, pseudonyms, clock });
