import { rotators as all } from '../../../../rotators/rotators.ts';
import { wire } from '../wire.ts';

export const rotators = wire({}, () => all);
