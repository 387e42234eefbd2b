import { lambdaClock } from '../clock.ts';
import { wire } from '../wire.ts';

export const clock = wire({}, () => lambdaClock);
