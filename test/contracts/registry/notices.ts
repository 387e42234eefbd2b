import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { NoticeDelivery } from '../../../shared/domain/notice-delivery.ts';
import type { Registry } from '../../../shared/ports/registry.ts';
import { AT_MS, aNoticeDelivery, anEntry, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

const ALL = 10_000;

export function describeNoticesKept(create: CreateRegistry): void {
  describe('notices', () => {
    /** Opened, and over when the test is: what is due is asked of the whole state. */
    async function opened(registry: Registry, notices: readonly NoticeDelivery[]): Promise<void> {
      await registry.openNotices(notices);
      for (const notice of notices)
        onTestFinished(() => registry.saveNotice({ ...notice, state: 'given-up' }, []));
    }

    async function dueOf(
      registry: Registry,
      notices: readonly NoticeDelivery[],
      by: NoticeDelivery['to']['by'],
      nowMs = AT_MS,
    ): Promise<NoticeDelivery[]> {
      const ids = new Set(notices.map(({ id }) => id));
      return (await registry.noticesDue(by, nowMs, ALL)).filter(({ id }) => ids.has(id));
    }

    test('[5.5] due is what its time has come for, by its own means, until it was accepted or given up', async () => {
      const { registry } = await create();
      const due = [aNoticeDelivery(), aNoticeDelivery({ dueAtMs: AT_MS - 1 })];
      const not = [
        aNoticeDelivery({ to: { by: 'slack' } }),
        aNoticeDelivery({ dueAtMs: AT_MS + 1 }),
        aNoticeDelivery({ state: 'told' }),
        aNoticeDelivery({ state: 'confirmed' }),
        aNoticeDelivery({ state: 'given-up' }),
      ];
      await opened(registry, [...due, ...not]);
      await vi.waitFor(async () => {
        expect(await dueOf(registry, [...due, ...not], 'email')).toEqual(due.toReversed());
      });
      expect(await dueOf(registry, not, 'slack')).toEqual(not.slice(0, 1));
    });

    test('[5.5] no more than were asked for, the longest due first', async () => {
      const { registry } = await create();
      // Before anything else that the state may hold.
      const notices = [3, 1, 2].map((dueAtMs) => aNoticeDelivery({ dueAtMs }));
      const [third, first, second] = notices;
      await opened(registry, notices);
      await vi.waitFor(async () => {
        expect(await registry.noticesDue('email', 3, 2)).toEqual([first, second]);
        expect(await dueOf(registry, notices, 'email', 3)).toEqual([first, second, third]);
      });
    });

    test('[5.5] found again, a notice stays what it has come to: nobody is told twice', async () => {
      const { registry, audit } = await create();
      const notice = aNoticeDelivery();
      await opened(registry, [notice]);
      const operation = uniqueName('inc');
      const entry = anEntry({ action: 'tell', operation });
      const tried = { ...notice, attempts: 3, lastError: 'no answer', dueAtMs: AT_MS - 5 };
      await registry.saveNotice(tried, [entry]);
      await registry.openNotices([notice]);
      await vi.waitFor(async () => {
        expect(await dueOf(registry, [notice], 'email')).toEqual([tried]);
      });
      await registry.saveNotice({ ...tried, state: 'told' }, []);
      await registry.openNotices([notice]);
      await registry.openNotices([]);
      await vi.waitFor(async () => {
        expect(await dueOf(registry, [notice], 'email')).toEqual([]);
      });
      expect(await audit.find({ operation })).toMatchObject([entry]);
    });

    test('[6.3] it changes nothing where its entry cannot be written', async () => {
      const { registry, refuseEntries } = await create();
      const notice = aNoticeDelivery();
      await opened(registry, [notice]);
      await refuseEntries();
      await expect(registry.saveNotice({ ...notice, state: 'told' }, [anEntry()])).rejects.toBeInstanceOf(
        Error,
      );
      await vi.waitFor(async () => {
        expect(await dueOf(registry, [notice], 'email')).toEqual([notice]);
      });
    });

    test('[5.5] what was accepted is not taken back by a teller who comes late, whose entry stands', async () => {
      const { registry, audit } = await create();
      const notice = aNoticeDelivery({ state: 'told' });
      await opened(registry, [notice]);
      const operation = uniqueName('inc');
      const entry = anEntry({ action: 'tell', outcome: 'error', operation });
      await registry.saveNotice({ ...notice, state: 'due', lastError: 'no answer' }, [entry]);
      expect(await dueOf(registry, [notice], 'email')).toEqual([]);
      expect(await audit.find({ operation })).toMatchObject([entry]);
    });
  });
}
