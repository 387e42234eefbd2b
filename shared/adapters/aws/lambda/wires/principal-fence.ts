import { IAMClient } from '@aws-sdk/client-iam';
import { wallClock } from '../../../../wall-clock.ts';
import { createIamPrincipalFence } from '../../iam/principal-fence.ts';
import { wire } from '../wire.ts';
import { PLACE_NAMES, placeIn } from './place.ts';

export const principalFence = wire(PLACE_NAMES, (names) =>
  createIamPrincipalFence(new IAMClient({}), placeIn(names), wallClock),
);
