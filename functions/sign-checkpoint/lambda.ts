import * as z from 'zod';
import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { archive } from '../../shared/adapters/aws/lambda/wires/archive.ts';
import { archived, signed } from '../../shared/adapters/aws/lambda/wires/audit-cursors.ts';
import { chained } from '../../shared/adapters/aws/lambda/wires/chained.ts';
import { clock } from '../../shared/adapters/aws/lambda/wires/clock.ts';
import { signer } from '../../shared/adapters/aws/lambda/wires/signer.ts';
import { signCheckpoint } from './handler.ts';

const sign = await lambdaHandler(signCheckpoint, { chained, archive, archived, signed, signer, clock });

/** An entry on the audit's bus. */
const Told = z.object({ detail: z.object({ seq: z.int() }) });

/** Woken by a schedule, and by an entry that ends an incident: then it vouches for that entry too. */
export const handler: typeof sign = (woken, context) => {
  const told = Told.safeParse(woken);
  return sign({ v: 1, ...(told.success ? { atLeast: told.data.detail.seq } : {}) }, context);
};
