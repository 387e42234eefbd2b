import type { AuditEntry } from '../../../domain/audit/entry.ts';
import { isOver, type NoticeDelivery } from '../../../domain/notice-delivery.ts';
import type { NoticeMeans } from '../../../domain/notify.ts';
import { commit } from './commit.ts';
import { documentIn, packDocument } from './document.ts';
import { noticeKey } from './keys.ts';
import type { Table } from './table.ts';
import { ABSENT, type Condition, numberValue, type Write } from './write.ts';

/** The place in the index of what is due by a means. */
const dueBy = (by: NoticeMeans) => `NOTICE#${by}`;

/** `d` the notice; `dq` and `dt` put it into the index until it is over. */
function noticeWrite(notice: NoticeDelivery, when: Condition): Write {
  const place = isOver(notice)
    ? {}
    : { dq: { S: dueBy(notice.to.by) }, dt: numberValue(Math.ceil(notice.dueAtMs)) };
  return {
    kind: 'put',
    key: noticeKey(notice.id),
    attributes: { d: { B: packDocument(notice) }, ...place },
    when,
  };
}

const STILL_DUE: Condition = { expression: 'attribute_not_exists(pk) OR attribute_exists(dq)' };

export async function openNotices(table: Table, notices: readonly NoticeDelivery[]): Promise<void> {
  await commit(
    table,
    notices.map((notice) => ({ writes: [], optional: [noticeWrite(notice, ABSENT)], entries: [] })),
  );
}

/** From the index, which lags a moment, then each as it stands now: one that is over is not told again. */
export async function dueNotices(
  table: Table,
  by: NoticeMeans,
  nowMs: number,
  limit: number,
): Promise<NoticeDelivery[]> {
  const items = await table.getMany(await table.dueKeys(dueBy(by), Math.floor(nowMs), limit));
  return [...items.values()]
    .map((item) => documentIn<NoticeDelivery>(item))
    .filter((notice) => !isOver(notice) && notice.dueAtMs <= nowMs)
    .sort((a, b) => a.dueAtMs - b.dueAtMs || (a.id < b.id ? -1 : 1));
}

export async function saveNotice(
  table: Table,
  notice: NoticeDelivery,
  entries: readonly AuditEntry[],
): Promise<void> {
  await commit(table, [{ writes: [], optional: [noticeWrite(notice, STILL_DUE)], entries }]);
}
