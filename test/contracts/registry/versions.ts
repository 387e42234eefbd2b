import { describe, expect, test } from 'vitest';
import { FATES } from '../../../shared/domain/version.ts';
import { enrol, issue } from '../enrolled.ts';
import { uniqueName } from '../records.ts';
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

    test('[5.4] a key names every version under it, of any secret and any fate', async () => {
      const { registry } = await create();
      const { refs } = await enrol(registry, { secrets: 2 });
      const keyId = uniqueName('key');
      const under = [];
      for (const ref of refs) {
        for (const fate of FATES) under.push(await issue(registry, ref, fate, { keyId }));
        await issue(registry, ref, 'live', { keyId: uniqueName('other') });
      }
      const found = await registry.versions({ keyId });
      expect(found.map(({ id }) => id).sort()).toEqual(under.map(({ id }) => id).sort());
      expect(await registry.versions({ keyId: uniqueName('none') })).toEqual([]);
    });

    test('a hundred secrets and more are asked for together', async () => {
      const { registry } = await create();
      const { refs } = await enrol(registry, { secrets: 120 });
      for (const ref of refs) await issue(registry, ref, 'live');
      expect(new Set((await registry.versions({ refs })).map(({ ref }) => ref))).toEqual(new Set(refs));
    });
  });
}
