import { wallClock } from '../../../../wall-clock.ts';
import { wire } from '../wire.ts';

export const clock = wire({}, () => wallClock);
