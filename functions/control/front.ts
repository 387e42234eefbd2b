import { defineFront } from '../../shared/adapters/aws/lambda/front.ts';
import { cancelRequest } from '../cancel-request/handler.ts';
import { explainRotation } from '../explain-rotation/handler.ts';
import { findLateReads } from '../find-late-reads/handler.ts';
import { listIncidents } from '../list-incidents/handler.ts';
import { listRequests } from '../list-requests/handler.ts';
import { nameScope } from '../name-scope/handler.ts';
import { planBreakGlass } from '../plan-break-glass/handler.ts';
import { planRotation } from '../plan-rotation/handler.ts';
import { recordDirectFence } from '../record-direct-fence/handler.ts';
import { requestRotation } from '../request-rotation/handler.ts';
import { resumeIncident } from '../resume-incident/handler.ts';
import { rollBack } from '../roll-back/handler.ts';
import { setBrake } from '../set-brake/handler.ts';
import { setFreeze } from '../set-freeze/handler.ts';
import { showIncident } from '../show-incident/handler.ts';
import { showRequest } from '../show-request/handler.ts';
import { showSchedule } from '../show-schedule/handler.ts';
import { showSecret } from '../show-secret/handler.ts';
import { showStatus } from '../show-status/handler.ts';
import { startBreakGlass } from '../start-break-glass/handler.ts';

/** What responders call. No value leaves by it, none goes in, and nothing that was closed is opened by it. */
export const control = defineFront('Control', [
  cancelRequest,
  explainRotation,
  findLateReads,
  listIncidents,
  listRequests,
  nameScope,
  planBreakGlass,
  planRotation,
  recordDirectFence,
  requestRotation,
  resumeIncident,
  rollBack,
  setBrake,
  setFreeze,
  showIncident,
  showRequest,
  showSchedule,
  showSecret,
  showStatus,
  startBreakGlass,
]);
