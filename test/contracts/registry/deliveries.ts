import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Delivery } from '../../../shared/domain/delivery.ts';
import type { Registry } from '../../../shared/ports/registry.ts';
import { AT_MS, aDelivery, anEntry, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

const ALL = 10_000;

export function describeDeliveries(create: CreateRegistry): void {
  describe('deliveries', () => {
    /** Saved, and done when the test is: what is due is asked of the whole state. */
    async function saved(registry: Registry, deliveries: readonly Delivery[]): Promise<void> {
      for (const delivery of deliveries) {
        await registry.saveDelivery(delivery, []);
        onTestFinished(() => registry.saveDelivery({ ...delivery, state: 'confirmed' }, []));
      }
    }

    async function dueOf(registry: Registry, incident: string, nowMs: number): Promise<string[]> {
      const due = await registry.deliveriesDue(nowMs, ALL);
      return due.flatMap((delivery) => (delivery.incident === incident ? delivery.id : []));
    }

    test('[5.5] a delivery is saved with its entry, and is its incident’s', async () => {
      const { registry, audit } = await create();
      const incident = uniqueName('inc');
      const [one, two] = ['b', 'a'].map((letter) => aDelivery(incident, { id: `${letter}-${incident}` }));
      if (one === undefined || two === undefined) throw new Error('no deliveries');
      await saved(registry, [one, two, aDelivery(uniqueName('inc'))]);
      const entry = anEntry({ action: 'tell', operation: incident });
      const told = { ...one, state: 'told', attempts: 1, toldAtMs: AT_MS } as const;
      await registry.saveDelivery(told, [entry]);
      expect(await registry.deliveries(incident)).toEqual([two, told]);
      expect(await audit.find({ operation: incident })).toMatchObject([entry]);
      expect(await registry.deliveries(uniqueName('inc'))).toEqual([]);
    });

    test('[5.5] one is found by its incident and its id, as it was saved last', async () => {
      const { registry } = await create();
      const incident = uniqueName('inc');
      const delivery = aDelivery(incident, { id: `${uniqueName('v')}/checkout#1`, tokenHashes: ['ab'] });
      await saved(registry, [delivery]);
      expect(await registry.delivery(incident, delivery.id)).toEqual(delivery);
      const told = { ...delivery, state: 'told', tokenHashes: ['ab', 'cd'] } as const;
      await registry.saveDelivery(told, []);
      expect(await registry.delivery(incident, delivery.id)).toEqual(told);
      expect(await registry.delivery(uniqueName('inc'), delivery.id)).toBeNull();
      expect(await registry.delivery(incident, uniqueName('delivery'))).toBeNull();
    });

    test('[5.5] due is what its time has come for, until it is confirmed, or told where that suffices', async () => {
      const { registry } = await create();
      const incident = uniqueName('inc');
      const of = (about: Partial<Delivery>) => aDelivery(incident, about);
      const due = [of({}), of({ state: 'told' }), of({ mustConfirm: false })];
      const not = [
        of({ dueAtMs: AT_MS + 1 }),
        of({ state: 'confirmed' }),
        of({ state: 'confirmed', mustConfirm: false }),
        of({ state: 'told', mustConfirm: false }),
        of({ state: 'overtaken' }),
      ];
      await saved(registry, [...due, ...not]);
      await vi.waitFor(async () => {
        expect((await dueOf(registry, incident, AT_MS)).sort()).toEqual(due.map(({ id }) => id).sort());
      });
      const [first] = due;
      if (first === undefined) throw new Error('no delivery');
      await registry.saveDelivery({ ...first, state: 'confirmed' }, []);
      await vi.waitFor(async () => {
        expect(await dueOf(registry, incident, AT_MS)).not.toContain(first.id);
      });
    });

    test('[5.5] the longest due come first, and no more than were asked for', async () => {
      const { registry } = await create();
      const incident = uniqueName('inc');
      // Before anything else that the state may hold.
      const [third, first, second] = [3, 1, 2].map((dueAtMs) => aDelivery(incident, { dueAtMs }));
      if (!first || !second || !third) throw new Error('no deliveries');
      await saved(registry, [third, first, second]);
      await vi.waitFor(async () => {
        expect(await registry.deliveriesDue(AT_MS, 2)).toEqual([first, second]);
        expect(await dueOf(registry, incident, AT_MS)).toEqual([first, second, third].map(({ id }) => id));
      });
      // Told without success: behind the others now.
      await registry.saveDelivery({ ...first, attempts: 1, dueAtMs: 4 }, []);
      await vi.waitFor(async () => {
        expect(await dueOf(registry, incident, AT_MS)).toEqual([second, third, first].map(({ id }) => id));
        expect(await dueOf(registry, incident, 3)).toEqual([second, third].map(({ id }) => id));
      });
    });

    test.each([
      { state: 'confirmed', mustConfirm: true },
      { state: 'told', mustConfirm: false },
      { state: 'overtaken', mustConfirm: true },
    ] as const)(
      '[5.5] what is $state is not taken back by a teller who comes late, whose entry stands',
      async (done) => {
        const { registry, audit } = await create();
        const incident = uniqueName('inc');
        const delivery = aDelivery(incident, done);
        await saved(registry, [delivery]);
        const entry = anEntry({ action: 'tell', outcome: 'error', operation: incident });
        await registry.saveDelivery({ ...delivery, state: 'due', lastError: 'no answer' }, [entry]);
        expect(await registry.deliveries(incident)).toEqual([delivery]);
        expect(await audit.find({ operation: incident })).toMatchObject([entry]);
      },
    );
  });
}
