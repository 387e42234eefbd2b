import { describeKeys } from '../../contracts/keys.ts';
import { aState } from '../../support/state.ts';

describeKeys('sqlite, root key in a file', async () => aState().services);

describeKeys('sqlite, root key by a command', async () => {
  const { services } = aState({ rootKeyCommand: `printf ${'ab'.repeat(32)}` });
  return services;
});
