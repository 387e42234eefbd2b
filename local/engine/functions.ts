import { advanceBatch } from '../../functions/advance-batch/handler.ts';
import { awaitApproval } from '../../functions/await-approval/handler.ts';
import { checkPlan } from '../../functions/check-plan/handler.ts';
import { cutTarget } from '../../functions/cut-target/handler.ts';
import { fenceClass } from '../../functions/fence-class/handler.ts';
import { findRequest } from '../../functions/find-request/handler.ts';
import { observeDenial } from '../../functions/observe-denial/handler.ts';
import { openIncident } from '../../functions/open-incident/handler.ts';
import { planBatches } from '../../functions/plan-batches/handler.ts';
import { planDue } from '../../functions/plan-due/handler.ts';
import { planRotationBatches } from '../../functions/plan-rotation-batches/handler.ts';
import { recordContainment } from '../../functions/record-containment/handler.ts';
import { reopenClass } from '../../functions/reopen-class/handler.ts';
import { reportRequest } from '../../functions/report-request/handler.ts';
import { reportRotation } from '../../functions/report-rotation/handler.ts';
import { requestReopen } from '../../functions/request-reopen/handler.ts';
import { rotateBatch } from '../../functions/rotate-batch/handler.ts';
import { sealIncident } from '../../functions/seal-incident/handler.ts';
import { sweepUnfinished } from '../../functions/sweep-unfinished/handler.ts';
import { tellConsumers } from '../../functions/tell-consumers/handler.ts';
import type { RekeyFunction } from '../../shared/driver/define-function.ts';

/** Every function of the control plane, by the name that the state machines call. */
export const FUNCTIONS: ReadonlyMap<string, RekeyFunction> = new Map(
  [
    openIncident,
    fenceClass,
    observeDenial,
    cutTarget,
    recordContainment,
    planBatches,
    advanceBatch,
    sweepUnfinished,
    requestReopen,
    reopenClass,
    tellConsumers,
    sealIncident,
    planDue,
    rotateBatch,
    reportRotation,
    findRequest,
    awaitApproval,
    checkPlan,
    planRotationBatches,
    reportRequest,
  ].map((definition) => [definition.name, definition]),
);
