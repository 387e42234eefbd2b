import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { requestChanged } from '../../../domain/request/conflict.ts';
import type { RequestRecord } from '../../../domain/request/record.ts';
import { commitOne } from './commit.ts';
import { documentIn, packDocument } from './document.ts';
import { REQUESTS, requestKey } from './keys.ts';
import type { Table } from './table.ts';
import { ABSENT, type Item, numberValue } from './write.ts';

/** All requests are one collection: `d` the record, `r` its revision. */
export async function allRequests(table: Table): Promise<RequestRecord[]> {
  const requests = (await table.query(REQUESTS)).map((item) => documentIn<RequestRecord>(item));
  return requests.sort((a, b) => a.requestedAtMs - b.requestedAtMs || (a.id < b.id ? -1 : 1));
}

export async function findRequest(table: Table, id: string): Promise<RequestRecord | null> {
  const item = await table.get(requestKey(id));
  return item === null ? null : documentIn<RequestRecord>(item);
}

export async function openRequest(
  table: Table,
  request: RequestRecord,
  entries: readonly AuditEntry[],
): Promise<void> {
  // Refused: it is there already, and stays as it is.
  await commitOne(table, {
    writes: [{ kind: 'put', key: requestKey(request.id), attributes: attributesOf(request), when: ABSENT }],
    entries,
  });
}

export async function saveRequest(
  table: Table,
  request: RequestRecord,
  entries: readonly AuditEntry[],
): Promise<RequestRecord> {
  const saved = { ...request, revision: request.revision + 1 };
  const refusal = await commitOne(table, {
    writes: [
      {
        kind: 'change',
        key: requestKey(request.id),
        set: attributesOf(saved),
        when: { expression: 'r = :r', values: { ':r': numberValue(request.revision) } },
      },
    ],
    entries,
  });
  if (refusal !== null) throw requestChanged(request.id);
  return saved;
}

function attributesOf(request: RequestRecord): Item {
  return { d: { B: packDocument(request) }, r: numberValue(request.revision) };
}
