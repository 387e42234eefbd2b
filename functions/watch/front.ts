import { defineFront } from '../../shared/adapters/aws/lambda/front.ts';
import { assignCase } from '../assign-case/handler.ts';
import { closeCase } from '../close-case/handler.ts';
import { dropDeadLetters } from '../drop-dead-letters/handler.ts';
import { forgetPerson } from '../forget-person/handler.ts';
import { importReads } from '../import-reads/handler.ts';
import { listCases } from '../list-cases/handler.ts';
import { listDeadLetters } from '../list-dead-letters/handler.ts';
import { listLeaks } from '../list-leaks/handler.ts';
import { listQuarantines } from '../list-quarantines/handler.ts';
import { noteStep } from '../note-step/handler.ts';
import { planForget } from '../plan-forget/handler.ts';
import { planQuarantine } from '../plan-quarantine/handler.ts';
import { quarantinePrincipal } from '../quarantine-principal/handler.ts';
import { readReport } from '../read-report/handler.ts';
import { reconcileReads } from '../reconcile-reads/handler.ts';
import { replayDeadLetters } from '../replay-dead-letters/handler.ts';
import { searchAudit } from '../search-audit/handler.ts';
import { showCase } from '../show-case/handler.ts';
import { showQuarantine } from '../show-quarantine/handler.ts';

/** What those call who look into who reads what. They refuse, and let nobody in again. */
export const watch = defineFront('Watch', [
  assignCase,
  closeCase,
  dropDeadLetters,
  forgetPerson,
  importReads,
  listCases,
  listDeadLetters,
  listLeaks,
  listQuarantines,
  noteStep,
  planForget,
  planQuarantine,
  quarantinePrincipal,
  readReport,
  reconcileReads,
  replayDeadLetters,
  searchAudit,
  showCase,
  showQuarantine,
]);
