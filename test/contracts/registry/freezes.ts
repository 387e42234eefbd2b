import { describe, expect, test } from 'vitest';
import type { Freeze } from '../../../shared/domain/schedule/freeze.ts';
import { enrol } from '../enrolled.ts';
import { AT_MS, anEntry, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

export function describeFreezes(create: CreateRegistry): void {
  describe('freezes', () => {
    const ofAll: Freeze = { v: 1, frozen: true, by: 'ada', atMs: AT_MS, reason: 'year end' };

    test('[5.2] the last word on a class stands with its entry, and a word on everything beside it', async () => {
      const { registry, audit } = await create();
      const { className } = await enrol(registry);
      const operation = uniqueName('freeze');
      const frozen = { ...ofAll, className };
      await registry.setFreeze(frozen, [anEntry({ action: 'freeze', operation, className })]);
      const own = async () => (await registry.freezes()).filter((freeze) => freeze.className === className);
      expect(await own()).toEqual([frozen]);
      expect(await audit.find({ operation })).toMatchObject([{ action: 'freeze', className }]);
      const released = { ...frozen, frozen: false, by: 'grace', atMs: AT_MS + 1 };
      await registry.setFreeze(released, []);
      await registry.setFreeze(released, []);
      expect(await own()).toEqual([released]);
      await registry.setFreeze(ofAll, []);
      const all = await registry.freezes();
      expect(all[0]).toEqual(ofAll);
      expect(await own()).toEqual([released]);
      const names = all.slice(1).map((freeze) => freeze.className ?? '');
      expect(names).toEqual(names.toSorted());
      await registry.setFreeze({ ...ofAll, frozen: false }, []);
      expect((await registry.freezes())[0]).toEqual({ ...ofAll, frozen: false });
    });

    test('a class that is not enrolled cannot be frozen', async () => {
      const { registry } = await create();
      const className = uniqueName('none');
      const none = registry.setFreeze({ ...ofAll, className }, []);
      await expect(none).rejects.toMatchObject({ family: 'NotFound', code: 'class-unknown' });
      expect((await registry.freezes()).map((freeze) => freeze.className)).not.toContain(className);
    });
  });
}
