import { defineFront } from '../../shared/adapters/aws/lambda/front.ts';
import { applyEnrolment } from '../apply-enrolment/handler.ts';
import { checkHealth } from '../check-health/handler.ts';
import { checkValues } from '../check-values/handler.ts';
import { compareEnrolment } from '../compare-enrolment/handler.ts';
import { explainRotation } from '../explain-rotation/handler.ts';
import { putValues } from '../put-values/handler.ts';
import { showDetection } from '../show-detection/handler.ts';
import { showSchedule } from '../show-schedule/handler.ts';
import { showSecret } from '../show-secret/handler.ts';
import { showStatus } from '../show-status/handler.ts';

/** What platform engineers call. Values go in by it and none comes out. */
export const enrolment = defineFront('Enrolment', [
  applyEnrolment,
  checkHealth,
  checkValues,
  compareEnrolment,
  explainRotation,
  putValues,
  showDetection,
  showSchedule,
  showSecret,
  showStatus,
]);
