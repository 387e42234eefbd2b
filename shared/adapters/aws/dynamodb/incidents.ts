import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { withIncident, withoutIncident } from '../../../domain/class.ts';
import type { IncidentRecord, Plan } from '../../../domain/incident.ts';
import { epochMoved, incidentChanged } from '../../../domain/incident-conflict.ts';
import { changedClass, storedClass } from './class-item.ts';
import { commitOne } from './commit.ts';
import { bytesIn, documentIn, packDocument } from './document.ts';
import { INCIDENTS, incidentKey, planKey, startingWith } from './keys.ts';
import { packParts, unpackParts } from './parts.ts';
import { insist, NotYet } from './patience.ts';
import type { Table } from './table.ts';
import { ABSENT, type Item, numberValue, type Write } from './write.ts';

export interface Incidents {
  open(incident: IncidentRecord, entries: readonly AuditEntry[]): Promise<void>;
  find(id: string): Promise<IncidentRecord | null>;
  all(): Promise<IncidentRecord[]>;
  save(
    incident: IncidentRecord,
    effects: { readonly lift?: boolean; readonly end?: boolean },
    entries: readonly AuditEntry[],
  ): Promise<IncidentRecord>;
}

/**
 * All incidents are one collection. A plan never changes and may be 300 KB packed: it is written once, beside the incident
 * and in the same transaction, and read once a process.
 */
export function createIncidents(table: Table): Incidents {
  const plans = new Map<string, Plan>();

  async function planOf(id: string): Promise<Plan> {
    const known = plans.get(id);
    if (known !== undefined) return known;
    const { pk } = planKey(id, 0);
    const parts = await table.query(pk, startingWith('PLAN#'));
    const plan = unpackParts<Plan>(parts.map((item) => bytesIn(item)));
    plans.set(id, plan);
    return plan;
  }

  async function readIncident(item: Item): Promise<IncidentRecord> {
    const incident = documentIn<Omit<IncidentRecord, 'plan'>>(item);
    return { ...incident, plan: await planOf(incident.id) };
  }

  return {
    async open(incident, entries) {
      await insist(table.timing, `opening ${incident.id}`, async () => {
        if ((await table.get(incidentKey(incident.id))) !== null) return true;
        const stored = await storedClass(table, incident.plan.scope.className);
        if (stored === null || stored.record.epoch !== incident.plan.fromEpoch)
          throw epochMoved(incident, stored?.record ?? null);
        const refusal = await commitOne(table, {
          writes: [
            changedClass(stored, withIncident(stored.record, incident)),
            {
              kind: 'put',
              key: incidentKey(incident.id),
              attributes: incidentAttributes(incident),
              when: ABSENT,
            },
            ...packParts(incident.plan).map(
              (part, index): Write => ({
                kind: 'put',
                key: planKey(incident.id, index),
                attributes: { d: { B: part } },
              }),
            ),
          ],
          entries,
        });
        return refusal === null ? true : new NotYet('the class is being changed');
      });
    },

    async find(id) {
      const item = await table.get(incidentKey(id));
      return item === null ? null : readIncident(item);
    },

    async all() {
      const items = await table.query(INCIDENTS);
      const incidents = await Promise.all(items.map(readIncident));
      return incidents.sort((a, b) => a.confirmedAtMs - b.confirmedAtMs || (a.id < b.id ? -1 : 1));
    },

    async save(incident, effects, entries) {
      const saved = { ...incident, revision: incident.revision + 1 };
      const write: Write = {
        kind: 'change',
        key: incidentKey(incident.id),
        set: incidentAttributes(saved),
        when: { expression: 'r = :r', values: { ':r': numberValue(incident.revision) } },
      };
      return insist(table.timing, `saving ${incident.id}`, async () => {
        const frees = effects.lift === true || effects.end === true;
        const stored = frees ? await storedClass(table, incident.plan.scope.className) : null;
        const refusal = await commitOne(table, {
          writes: [
            write,
            ...(stored === null
              ? []
              : [changedClass(stored, withoutIncident(stored.record, incident.id, effects))]),
          ],
          entries,
        });
        if (refusal === null) return saved;
        if (refusal.has(0)) throw incidentChanged(incident.id);
        return new NotYet('the class is being changed');
      });
    },
  };
}

/** `d` the record without its plan; `r` its revision. */
function incidentAttributes({ plan: _plan, ...incident }: IncidentRecord): Item {
  return { d: { B: packDocument(incident) }, r: numberValue(incident.revision) };
}
