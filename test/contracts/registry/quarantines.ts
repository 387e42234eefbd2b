import { describe, expect, test } from 'vitest';
import type { Quarantine } from '../../../shared/domain/quarantine/record.ts';
import { AT_MS, anEntry, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

function aQuarantine(about: Partial<Quarantine> = {}): Quarantine {
  return {
    v: 1,
    id: uniqueName('qua'),
    principal: uniqueName('principal'),
    reason: 'reads at night',
    by: 'ada',
    atMs: AT_MS,
    planHash: 'ab',
    people: {},
    layers: [],
    lifts: [],
    revision: 0,
    ...about,
  };
}

export function describeQuarantines(create: CreateRegistry): void {
  describe('quarantines', () => {
    test('[7.2] one stands with its entry until it is lifted, and is known afterwards', async () => {
      const { registry, audit } = await create();
      const one = aQuarantine();
      const operation = one.id;
      expect(await registry.saveQuarantine(one, [anEntry({ action: 'quarantine', operation })])).toBe(true);
      expect(await registry.quarantines()).toContainEqual({ ...one, revision: 1 });
      expect(await audit.find({ operation })).toMatchObject([{ action: 'quarantine' }]);

      const lifted = { ...one, revision: 1, liftedAtMs: AT_MS + 1 };
      expect(await registry.saveQuarantine(lifted, [])).toBe(true);
      expect((await registry.quarantines()).map(({ id }) => id)).not.toContain(one.id);
      expect(await registry.quarantineNamed(one.id)).toEqual({ ...lifted, revision: 2 });
      expect(await registry.quarantineNamed('qua-none')).toBeNull();
    });

    test('[7.2] it is changed from what stands there, by one of two, and who lost leaves no entry', async () => {
      const { registry, audit } = await create();
      const one = aQuarantine();
      await registry.saveQuarantine(one, []);
      const operation = uniqueName('lift');
      const voice = (person: string) =>
        registry.saveQuarantine({ ...one, revision: 1, lifts: [{ person, way: 'iam', atMs: AT_MS }] }, [
          anEntry({ action: 'quarantine', operation, reason: person }),
        ]);
      const saved = [await voice('ada'), await voice('grace')];
      expect(saved).toEqual([true, false]);
      expect(await audit.find({ operation })).toMatchObject([{ reason: 'ada' }]);
      expect(await registry.saveQuarantine({ ...one, revision: 1, liftedAtMs: AT_MS }, [])).toBe(false);
      expect((await registry.quarantineNamed(one.id))?.liftedAtMs).toBeUndefined();
    });
  });
}
