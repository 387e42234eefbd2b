import { lambdaRandom } from '../random.ts';
import { wire } from '../wire.ts';

export const random = wire({}, () => lambdaRandom);
