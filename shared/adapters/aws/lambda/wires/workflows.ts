import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { createStepFunctionsWorkflows } from '../../step-functions/workflows.ts';
import { lambdaClock } from '../clock.ts';
import { wire } from '../wire.ts';

export const workflows = wire(
  { REKEY_BREAK_GLASS: z.string().regex(/^arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:stateMachine:/) },
  ({ REKEY_BREAK_GLASS }) =>
    createStepFunctionsWorkflows(new SFNClient({}), { 'break-glass': REKEY_BREAK_GLASS }, lambdaClock),
);
