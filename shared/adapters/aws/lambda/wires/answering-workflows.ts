import { SFNClient } from '@aws-sdk/client-sfn';
import { wallClock } from '../../../../wall-clock.ts';
import { createStepFunctionsWorkflows } from '../../step-functions/workflows.ts';
import { wire } from '../wire.ts';

/** For a step of a machine, which answers a task by its token and starts nothing: it cannot know the machine that knows it. */
export const answeringWorkflows = wire({}, () =>
  createStepFunctionsWorkflows(new SFNClient({}), {}, wallClock),
);
