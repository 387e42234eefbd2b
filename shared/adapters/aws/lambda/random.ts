import { randomBytes, randomUUID } from 'node:crypto';
import type { Random } from '../../../ports/clock.ts';

export const lambdaRandom: Random = {
  bytes: (length) => randomBytes(length),
  uuid: () => randomUUID(),
};
