import { describeCanary } from '../../contracts/canary.ts';
import { aState } from '../../support/state.ts';

describeCanary('of one machine', async () => aState().services);
