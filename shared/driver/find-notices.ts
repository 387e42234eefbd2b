import type { AuditEntry } from '../domain/audit/entry.ts';
import type { Notice } from '../domain/notice.ts';
import { NEWS_FOR_MS, type NoticeDelivery, noticeDelivery } from '../domain/notice-delivery.ts';
import { addressesFor, type NoticeAddress } from '../domain/notify.ts';
import { momentOf, noticesOf } from './notices-of.ts';
import { rotationMomentOf, rotationNoticeOf } from './rotation-notices.ts';
import type { Needs } from './services.ts';

/** Where a class says nothing of it: by e-mail, where there is any. */
const BY_EMAIL: NoticeAddress = { by: 'email' };

/** What people are to be told of an entry, where the policy of its class says, by how things stand now. */
export async function findNotices(
  services: Needs<'registry' | 'notices' | 'clock'>,
  entry: AuditEntry,
): Promise<NoticeDelivery[]> {
  const nowMs = services.clock.nowMs();
  if (entry.atMs < nowMs - NEWS_FOR_MS) return [];
  const notices = await noticesAt(services, entry);
  const found = await Promise.all(
    notices.map(async (notice) => {
      const rules = (await services.registry.classNamed(notice.className))?.policy.notify;
      const addresses =
        rules === undefined
          ? services.notices.means.includes('email')
            ? [BY_EMAIL]
            : []
          : addressesFor(rules, notice.kind);
      return addresses.map((to) => noticeDelivery(notice, to, nowMs));
    }),
  );
  return found.flat();
}

async function noticesAt({ registry }: Needs<'registry'>, entry: AuditEntry): Promise<Notice[]> {
  const { operation, className } = entry;
  const moment = momentOf(entry);
  if (moment !== null) {
    return noticesOf(moment, entry, operation === undefined ? null : await registry.incident(operation));
  }
  const ofRotation = rotationMomentOf(entry);
  // What an incident does is told by the incident's own moments.
  if (ofRotation === null || (operation !== undefined && (await registry.incident(operation)) !== null))
    return [];
  const asked = ofRotation === 'request-opened' || ofRotation === 'request-decided';
  const notice = rotationNoticeOf(ofRotation, entry, {
    request: asked && operation !== undefined ? await registry.request(operation) : null,
    record: className === undefined ? null : await registry.classNamed(className),
  });
  return notice === null ? [] : [notice];
}
