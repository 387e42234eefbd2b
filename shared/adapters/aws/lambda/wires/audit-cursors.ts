import { createDynamoAuditCursor } from '../../dynamodb/audit-cursor.ts';
import { wire } from '../wire.ts';
import { CHAIN_NAMES, chainOf } from './chain-place.ts';
import { dynamodb } from './dynamodb.ts';
import { TIMING } from './timing.ts';

const cursorOf = (name: string) =>
  wire(CHAIN_NAMES, (names) => createDynamoAuditCursor(dynamodb, name, chainOf(names), TIMING));

// Their names stand in the roles of who moves them.
export const archived = cursorOf('archived');
export const signed = cursorOf('signed');
export const published = cursorOf('published');
export const told = cursorOf('told');
export const shown = cursorOf('shown');
export const judged = cursorOf('judged');
