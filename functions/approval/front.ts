import { defineFront } from '../../shared/adapters/aws/lambda/front.ts';
import { listIncidents } from '../list-incidents/handler.ts';
import { prepareSignature } from '../prepare-signature/handler.ts';
import { showIncident } from '../show-incident/handler.ts';
import { showStatus } from '../show-status/handler.ts';
import { submitSignature } from '../submit-signature/handler.ts';

/** What approvers call: they look and they sign, and they start nothing. */
export const approval = defineFront('Approval', [
  listIncidents,
  prepareSignature,
  showIncident,
  showStatus,
  submitSignature,
]);
