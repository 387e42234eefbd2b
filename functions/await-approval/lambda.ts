import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { answeringWorkflows } from '../../shared/adapters/aws/lambda/wires/answering-workflows.ts';
import { registry } from '../../shared/adapters/aws/lambda/wires/registry.ts';
import { awaitApproval } from './handler.ts';

export const handler = await lambdaHandler(awaitApproval, { registry, workflows: answeringWorkflows });
