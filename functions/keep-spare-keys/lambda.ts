import { lambdaHandler } from '../../shared/adapters/aws/lambda/lambda-handler.ts';
import { keys } from '../../shared/adapters/aws/lambda/wires/keys.ts';
import { keepSpareKeys } from './handler.ts';

export const handler = await lambdaHandler(keepSpareKeys, { keys });
