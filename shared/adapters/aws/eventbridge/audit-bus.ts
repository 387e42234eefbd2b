import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { RekeyError } from '../../../domain/errors.ts';
import type { AuditBus, ChainedEntry } from '../../../ports/audit-bus.ts';
import type { Clock } from '../../../ports/clock.ts';
import { translate } from '../vendor-error.ts';

/** The most that `PutEvents` takes. */
const AT_ONCE = 10;

/** The bus refuses single entries while it accepts others: those are sent again, after these waits. */
const AGAIN_AFTER_MS: readonly number[] = [100, 400, 1_600];

const AUDIT_SOURCE = 'rekey.audit';

/** What leaves for the bus: references, ids and outcomes. The words of `reason`, and where from, stay in the chain. */
const TOLD = [
  'id',
  'atMs',
  'action',
  'outcome',
  'actor',
  'ref',
  'className',
  'tenant',
  'target',
  'consumer',
  'versionId',
  'epoch',
  'fate',
  'cause',
  'operation',
] as const satisfies (keyof AuditEntry)[];

/** Chained entries as events: detail type `<action>`, source `rekey.audit`, in batches of ten. */
export function createEventBridgeAuditBus(client: EventBridgeClient, bus: string, clock: Clock): AuditBus {
  /** Answers those that the bus did not take. */
  async function put(events: readonly PutEventsRequestEntry[]): Promise<PutEventsRequestEntry[]> {
    try {
      const answer = await client.send(new PutEventsCommand({ Entries: [...events] }));
      return events.filter((_, index) => answer.Entries?.[index]?.EventId === undefined);
    } catch (error) {
      throw translate(error, {
        permission: 'events:PutEvents',
        about: bus,
        safe: 'The entries are in the chain. Sent again, the same ids arrive again.',
        mayHaveHappened: true,
      });
    }
  }

  return {
    async send(entries) {
      for (let first = 0; first < entries.length; first += AT_ONCE) {
        let left = await put(entries.slice(first, first + AT_ONCE).map((entry) => eventOf(entry, bus)));
        for (const waitMs of AGAIN_AFTER_MS) {
          if (left.length === 0) break;
          await clock.sleep(waitMs);
          left = await put(left);
        }
        if (left.length > 0) {
          throw new RekeyError({
            code: 'bus-refused',
            family: 'Throttled',
            message: `the bus ${bus} did not take ${left.length} audit events (events:PutEvents)`,
            safe: 'The entries are in the chain. Sent again, the same ids arrive again.',
            next: ['the same command again'],
          });
        }
      }
    },
  };
}

function eventOf({ chain, seq, entry }: ChainedEntry, bus: string): PutEventsRequestEntry {
  const told = Object.fromEntries(
    TOLD.flatMap((field) => (entry[field] === undefined ? [] : [[field, entry[field]]])),
  );
  return {
    EventBusName: bus,
    Source: AUDIT_SOURCE,
    DetailType: entry.action,
    Time: new Date(entry.atMs),
    Detail: JSON.stringify({ v: 1, chain, seq, ...told }),
  };
}
