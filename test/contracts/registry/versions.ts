import { describe, expect, test } from 'vitest';
import { FATES } from '../../../shared/domain/version.ts';
import { enrol, issue } from '../enrolled.ts';
import { aSecret, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

export function describeVersions(create: CreateRegistry): void {
  describe('versions', () => {
    test('[1.3] the ledger keeps every version of a secret, whatever its fate, oldest first', async () => {
      const { registry } = await create();
      const { refs } = await enrol(registry, { secrets: 3 });
      const [one, two, three] = refs;
      if (one === undefined || two === undefined || three === undefined) throw new Error('no secrets');
      const issued = [];
      for (const fate of FATES) issued.push(await issue(registry, one, fate));
      const other = await issue(registry, two, 'live');
      await issue(registry, three, 'live');
      const found = await registry.versions({ refs: [two, 'vault://contracts/none', one] });
      expect(found.filter(({ ref }) => ref === one)).toEqual(issued);
      expect(found.filter(({ ref }) => ref !== one)).toEqual([other]);
      expect(await registry.versions({ refs: [] })).toEqual([]);
    });

    test('[5.4] what may still open something under a class’s keys is found, of secrets that left the class too', async () => {
      const { registry } = await create();
      const { className, targets, refs } = await enrol(registry, { secrets: 3 });
      const elsewhere = await enrol(registry);
      const [stays, moves, leaves] = refs;
      if (stays === undefined || moves === undefined || leaves === undefined) throw new Error('no secrets');
      const keyIds = [uniqueName('key'), uniqueName('key')];
      const under = [];
      for (const [index, ref] of refs.entries()) {
        for (const fate of FATES) {
          under.push(await issue(registry, ref, fate, { keyId: keyIds[index % 2] ?? '' }));
        }
        await issue(registry, ref, 'live', { keyId: uniqueName('other') });
      }
      const moved = aSecret(moves, elsewhere.className, targets[0] ?? '');
      await registry.applyEnrolment([
        { put: { secrets: [moved] }, remove: {}, entries: [] },
        { put: {}, remove: { secrets: [leaves] }, entries: [] },
      ]);
      const open = under.filter(({ fate }) => fate !== 'revoked-proven' && fate !== 'failed');
      const found = await registry.unsettledUnder({ className, keyIds });
      expect(found.map(({ id }) => id).sort()).toEqual(open.map(({ id }) => id).sort());
      const none = await registry.unsettledUnder({ className, keyIds: [uniqueName('none')] });
      expect([none, await registry.unsettledUnder({ className, keyIds: [] })]).toEqual([[], []]);
    });

    test('a hundred secrets and more are asked for together', async () => {
      const { registry } = await create();
      const { refs } = await enrol(registry, { secrets: 120 });
      for (const ref of refs) await issue(registry, ref, 'live');
      expect(new Set((await registry.versions({ refs })).map(({ ref }) => ref))).toEqual(new Set(refs));
    });
  });
}
