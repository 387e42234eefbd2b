import { defineFront } from '../../shared/adapters/aws/lambda/front.ts';
import { decideRequest } from '../decide-request/handler.ts';
import { liftQuarantine } from '../lift-quarantine/handler.ts';
import { listIncidents } from '../list-incidents/handler.ts';
import { listRequests } from '../list-requests/handler.ts';
import { prepareSignature } from '../prepare-signature/handler.ts';
import { showIncident } from '../show-incident/handler.ts';
import { showQuarantine } from '../show-quarantine/handler.ts';
import { showRequest } from '../show-request/handler.ts';
import { showStatus } from '../show-status/handler.ts';
import { submitSignature } from '../submit-signature/handler.ts';

/** What approvers call: they look, they sign and they decide, and they start nothing. */
export const approval = defineFront('Approval', [
  decideRequest,
  liftQuarantine,
  listIncidents,
  listRequests,
  prepareSignature,
  showIncident,
  showQuarantine,
  showRequest,
  showStatus,
  submitSignature,
]);
