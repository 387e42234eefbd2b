import { defineFront } from '../../shared/adapters/aws/lambda/front.ts';
import { importLeaks } from '../import-leaks/handler.ts';

/** What responders call with what a scanner found. Values go in by it, to be compared, and none comes out. */
export const leaks = defineFront('Leaks', [importLeaks]);
