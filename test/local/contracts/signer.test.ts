import { describeSigner } from '../../contracts/signer.ts';
import { aState, openedAgain } from '../../support/state.ts';

describeSigner('key file', async () => {
  const state = aState();
  return async () => openedAgain(state).services.signer;
});
