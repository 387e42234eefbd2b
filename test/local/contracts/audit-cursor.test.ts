import { createSqliteAuditCursor } from '../../../local/sqlite/audit-cursor.ts';
import { systemRandom as random } from '../../../local/system.ts';
import { describeAuditCursor } from '../../contracts/audit-cursor.ts';
import { FrozenClock } from '../../support/clock.ts';
import { aState, openedAgain } from '../../support/state.ts';

describeAuditCursor('sqlite', async () => {
  const state = aState();
  const clock = new FrozenClock();
  return {
    cursor: createSqliteAuditCursor(state.database, 'shown', { clock, random }),
    other: createSqliteAuditCursor(openedAgain(state).database, 'shown', { clock, random }),
    pass: (ms) => {
      clock.ms += ms;
    },
  };
});
