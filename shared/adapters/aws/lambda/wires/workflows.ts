import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { wallClock } from '../../../../wall-clock.ts';
import { createStepFunctionsWorkflows } from '../../step-functions/workflows.ts';
import { wire } from '../wire.ts';
import { Json } from './json.ts';

const Machine = z.string().regex(/^arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:stateMachine:/);

export const workflows = wire(
  {
    REKEY_MACHINES: Json.pipe(
      z.strictObject({ 'break-glass': Machine, 'scheduled-rotation': Machine, 'manual-rotation': Machine }),
    ),
  },
  ({ REKEY_MACHINES }) => createStepFunctionsWorkflows(new SFNClient({}), REKEY_MACHINES, wallClock),
);
