import { createAwsNaming } from '../../naming.ts';
import { wire } from '../wire.ts';
import { PLACE_NAMES, placeIn } from './place.ts';

export const naming = wire(PLACE_NAMES, (names) => createAwsNaming(placeIn(names)));
