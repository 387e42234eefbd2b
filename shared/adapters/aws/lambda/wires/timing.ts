import { wallClock } from '../../../../wall-clock.ts';
import { lambdaRandom } from '../random.ts';

export const TIMING = { clock: wallClock, random: lambdaRandom };
