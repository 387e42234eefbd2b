import { describePlans } from '../../contracts/plans.ts';
import { aState } from '../../support/state.ts';

describePlans('sqlite', async () => {
  const { database, services } = aState();
  return {
    ...services,
    async edit(planHash, change) {
      const key = `plan/${planHash}`;
      const row = database.prepare('SELECT doc FROM manifest WHERE key = ?').get(key);
      database.prepare('UPDATE manifest SET doc = ? WHERE key = ?').run(change(String(row?.['doc'])), key);
    },
  };
});
