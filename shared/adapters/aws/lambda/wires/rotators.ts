import { postgres } from '../../../../rotators/postgres/rotator.ts';
import { wire } from '../wire.ts';

export const rotators = wire({}, () => ({ postgres }));
