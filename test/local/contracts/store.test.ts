import { describeStore } from '../../contracts/store.ts';
import { aState } from '../../support/state.ts';

describeStore('sqlite', async () => {
  const { database, services } = aState();
  return {
    ...services,
    async current(ref) {
      const row = database.prepare('SELECT version_id FROM value WHERE ref = ? AND current = 1').get(ref);
      return row === undefined ? null : String(row['version_id']);
    },
  };
});
