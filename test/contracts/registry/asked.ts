import { describe, expect, test } from 'vitest';
import { enrol } from '../enrolled.ts';
import { AT_MS, anEntry, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

export function describeAsked(create: CreateRegistry): void {
  describe('rotations that rules asked for', () => {
    test('[7.2] the last word on a secret stands, with its entry', async () => {
      const { registry, audit } = await create();
      const { refs } = await enrol(registry);
      const [ref] = refs;
      if (ref === undefined) throw new Error('nothing is enrolled');
      const operation = uniqueName('asked');
      const asked = { v: 1, ref, by: 'rule decoy', caseId: 'case-1', atMs: AT_MS } as const;
      await registry.askRotation(asked, [anEntry({ action: 'request', operation, ref })]);
      const own = async () => (await registry.askedRotations()).filter((one) => one.ref === ref);
      expect(await own()).toEqual([asked]);
      expect(await audit.find({ operation })).toMatchObject([{ action: 'request', ref }]);
      const again = { ...asked, caseId: 'case-2', atMs: AT_MS + 1 };
      await registry.askRotation(again, []);
      await registry.askRotation(again, []);
      expect(await own()).toEqual([again]);
    });
  });
}
