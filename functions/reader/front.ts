import { defineFront } from '../../shared/adapters/aws/lambda/front.ts';
import { readSecret } from '../read-secret/handler.ts';

/** What readers of secrets call, and nothing else. */
export const reader = defineFront('Reader', [readSecret]);
