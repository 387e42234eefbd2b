import { defineFront } from '../../shared/adapters/aws/lambda/front.ts';
import { confirmDelivery } from '../confirm-delivery/handler.ts';

/** What consumers call, and nothing else: a token of theirs is all that counts here. */
export const confirmation = defineFront('Confirmation', [confirmDelivery]);
