import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { wallClock } from '../../../../wall-clock.ts';
import { createEventBridgeAuditBus } from '../../eventbridge/audit-bus.ts';
import { wire } from '../wire.ts';

export const auditBus = wire({ REKEY_AUDIT_BUS: z.string().min(1) }, ({ REKEY_AUDIT_BUS }) =>
  createEventBridgeAuditBus(new EventBridgeClient({}), REKEY_AUDIT_BUS, wallClock),
);
