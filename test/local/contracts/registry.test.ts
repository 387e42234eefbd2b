import { describeRegistry } from '../../contracts/registry.ts';
import { aState } from '../../support/state.ts';

describeRegistry('sqlite', async () => {
  const { database, services } = aState();
  return {
    ...services,
    refuseEntries: async () =>
      database.exec(
        "CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no entry'); END",
      ),
  };
});
