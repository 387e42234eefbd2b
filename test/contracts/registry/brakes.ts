import { describe, expect, test } from 'vitest';
import { enrol } from '../enrolled.ts';
import { AT_MS, aClass, anEntry, anIncident, aPlan, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

export function describeBrakes(create: CreateRegistry): void {
  describe('brakes', () => {
    const brake = { perSecond: 0, by: 'ada', sinceMs: AT_MS };
    const now = { nowMs: AT_MS, waitMostMs: 1_000 };

    test('[5.4] a brake stands with its entry, whatever else becomes of the class, until it is released', async () => {
      const { registry, audit } = await create();
      const { className } = await enrol(registry);
      const before = await registry.classNamed(className);
      const operation = uniqueName('brake');
      await registry.setBrake(className, brake, [anEntry({ action: 'brake', operation, className })]);
      await registry.openIncident(anIncident(aPlan(className)), []);
      const wanted = { ...aClass(className), owner: 'new-team' };
      await registry.applyEnrolment([{ put: { classes: [wanted] }, remove: {}, entries: [] }]);
      expect(await registry.classNamed(className)).toMatchObject({ brake, owner: 'new-team', epoch: 2 });
      expect(await audit.find({ operation })).toMatchObject([{ action: 'brake', className }]);
      await registry.setBrake(className, null, []);
      await registry.setBrake(className, null, []);
      expect(await registry.classNamed(className)).not.toHaveProperty('brake');
      expect(before).not.toHaveProperty('brake');
    });

    test('a class that is not enrolled has no brake to set', async () => {
      const { registry } = await create();
      const none = registry.setBrake(uniqueName('none'), brake, []);
      await expect(none).rejects.toMatchObject({ family: 'NotFound', code: 'class-unknown' });
    });

    test('[5.4] everybody has his turn where there is no brake, and nobody where it stops', async () => {
      const { registry } = await create();
      const { className } = await enrol(registry);
      expect(await registry.takeTurn(className, 40, now)).toEqual({ go: 40, waitMs: 0 });
      await registry.setBrake(className, brake, []);
      expect(await registry.takeTurn(className, 40, now)).toEqual({ go: 0, waitMs: 0 });
    });

    test('[5.4] workers that ask at once have no more turns together than the brake lets begin', async () => {
      const { registry } = await create();
      const { className } = await enrol(registry);
      await registry.setBrake(className, { ...brake, perSecond: 4 }, []);
      const turns = await Promise.all(Array.from({ length: 5 }, () => registry.takeTurn(className, 2, now)));
      // A second's worth at once, two after half a second, two after a whole one; who would wait longer takes nothing.
      const waits = turns.map(({ go, waitMs }) => `${go} after ${waitMs}`).sort();
      expect(waits).toEqual(['0 after 0', '2 after 0', '2 after 0', '2 after 1000', '2 after 500']);
    });
  });
}
