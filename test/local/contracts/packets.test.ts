import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathsIn } from '../../../local/home.ts';
import { describePackets } from '../../contracts/packets.ts';
import { aState } from '../../support/state.ts';

describePackets('files', async () => {
  const { home, services } = aState();
  return {
    ...services,
    open: async (place) => readFileSync(place, 'utf8'),
    page: async (name) => readFileSync(join(pathsIn(home).packets, `${name}.html`), 'utf8'),
  };
});
