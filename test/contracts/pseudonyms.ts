import { describe, expect, test } from 'vitest';
import type { Pseudonyms } from '../../shared/ports/pseudonyms.ts';
import { uniqueName } from './records.ts';

/** What every keeper of pseudonyms keeps to. Others may have put theirs there. `create`: one of it; `again`: the same as another process has it, once it has forgotten what it remembered. */
export function describePseudonyms(
  name: string,
  create: () => Promise<{ readonly pseudonyms: Pseudonyms; readonly again: () => Pseudonyms }>,
): void {
  describe(`pseudonyms ${name}`, () => {
    test('[1.3] a name has one pseudonym, whoever asks and however often, and it tells nothing of the name', async () => {
      const { pseudonyms, again } = await create();
      const [ada, grace] = [uniqueName('ada@example.com'), uniqueName('grace@example.com')];
      const first = await pseudonyms.of([ada, grace, ada]);
      expect(first.get(ada)).toMatch(/^pn-[0-9a-f]{32}$/);
      expect(first.get(grace)).not.toBe(first.get(ada));
      expect(await again().of([ada])).toEqual(new Map([[ada, first.get(ada)]]));
      expect(await again().known([grace, uniqueName('nobody')])).toEqual(
        new Map([[grace, first.get(grace)]]),
      );
    });

    test('[1.3] two who meet a name at once call it the same', async () => {
      const { pseudonyms, again } = await create();
      const ada = uniqueName('ada');
      const all = await Promise.all([pseudonyms, again(), again()].map((one) => one.of([ada])));
      expect(new Set(all.map((one) => one.get(ada))).size).toBe(1);
    });

    test('[1.3] who stands behind pseudonyms is known, of hundreds too; of what never was nothing', async () => {
      const { pseudonyms, again } = await create();
      const names = Array.from({ length: 250 }, (_, n) => uniqueName(`reader ${n} “ü”`));
      const made = await pseudonyms.of(names);
      const found = await again().names([...made.values(), `pn-${'0'.repeat(32)}`]);
      expect(found).toEqual(new Map([...made].map(([one, pseudonym]) => [pseudonym, one])));
    });

    test('[6.3] forgotten, a pseudonym is nobody’s, and everybody else’s is as it was; the name has another afterwards', async () => {
      const { pseudonyms, again } = await create();
      const [ada, grace] = [uniqueName('ada'), uniqueName('grace')];
      const many = Array.from({ length: 600 }, (_, n) => uniqueName(`reader ${n}`));
      const made = await pseudonyms.of([ada, grace, ...many]);
      const [hers = '', other = ''] = [made.get(ada), made.get(grace)];
      await pseudonyms.forget([hers]);
      await pseudonyms.forget([hers]);
      for (const one of [pseudonyms, again()]) {
        expect(await one.names([hers, other])).toEqual(new Map([[other, grace]]));
        expect(await one.known([ada, grace])).toEqual(new Map([[grace, other]]));
      }
      const theirs = new Map(many.map((name) => [name, made.get(name)]));
      expect(await again().of(many)).toEqual(theirs);
      const next = (await again().of([ada])).get(ada);
      expect(next).not.toBe(hers);
      expect((await pseudonyms.of([ada])).get(ada)).toBe(next);
    });

    test('nothing asked is nothing answered', async () => {
      const { pseudonyms } = await create();
      expect((await pseudonyms.of([])).size + (await pseudonyms.known([])).size).toBe(0);
      expect((await pseudonyms.names([])).size).toBe(0);
      await pseudonyms.forget([]);
    });
  });
}
