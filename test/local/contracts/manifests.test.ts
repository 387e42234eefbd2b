import { describeManifests } from '../../contracts/manifests.ts';
import { aState } from '../../support/state.ts';

describeManifests('sqlite', async () => aState().services.manifests);
