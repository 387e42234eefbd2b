import { describeAuditChain } from '../../contracts/audit-chain.ts';
import { aState, openedAgain } from '../../support/state.ts';

describeAuditChain('sqlite', async () => {
  const state = aState();
  return { ...state.services, other: openedAgain(state).services.audit };
});
