import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CaseRecord } from '../../../domain/case/case.ts';
import { subjectKey } from '../../../domain/case/gather.ts';
import type { Cases } from '../../../ports/cases.ts';
import { documentIn, packDocument } from './document.ts';
import type { Timing } from './patience.ts';
import { createTable } from './table.ts';
import { CASES, caseIdKey, caseKey, caseSortKey, openCaseKey, openedByKey } from './watch-keys.ts';
import { ABSENT, type Key, numberValue, type Write } from './write.ts';

/** Each case an item by when it was opened: `d` the record, `r` its revision. Three small ones say where it stands. */
export function createDynamoCases(client: DynamoDBClient, tableName: string, timing: Timing): Cases {
  const table = createTable(client, tableName, timing);

  async function at(pointer: Key): Promise<CaseRecord | null> {
    const sortKey = (await table.get(pointer))?.['s']?.S;
    const item = sortKey === undefined ? null : await table.get(caseKey(sortKey));
    return item === null ? null : documentIn<CaseRecord>(item);
  }

  return {
    async openOf(subject) {
      return at(openCaseKey(subjectKey(subject)));
    },
    async openedBy(finding) {
      return at(openedByKey(finding));
    },
    async named(id) {
      return at(caseIdKey(id));
    },
    async list({ state, limit }) {
      const records = (await table.query(CASES)).map((item) => documentIn<CaseRecord>(item)).reverse();
      return records.filter((record) => state === undefined || record.state === state).slice(0, limit);
    },
    async save(record) {
      const { id, revision, openedAtMs, openedBy, subject, state } = record;
      const sortKey = caseSortKey(openedAtMs, id);
      const whole: Write = {
        kind: 'put',
        key: caseKey(sortKey),
        attributes: {
          d: { B: packDocument({ ...record, revision: revision + 1 }) },
          r: numberValue(revision + 1),
        },
        when: revision === 0 ? ABSENT : { expression: 'r = :r', values: { ':r': numberValue(revision) } },
      };
      const pointer = (key: Key): Write => ({
        kind: 'put',
        key,
        attributes: { s: { S: sortKey } },
        when: ABSENT,
      });
      const open = openCaseKey(subjectKey(subject));
      const beside: Write[] =
        revision === 0 ? [pointer(caseIdKey(id)), pointer(openedByKey(openedBy)), pointer(open)] : [];
      // A closed one that is noted upon later may have a successor there.
      if (revision > 0 && state === 'closed' && (await table.get(open))?.['s']?.S === sortKey)
        beside.push({
          kind: 'delete',
          key: open,
          when: { expression: 's = :s', values: { ':s': { S: sortKey } } },
        });
      return (await table.transact([whole, ...beside])).size === 0;
    },
  };
}
