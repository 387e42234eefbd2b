import { describe, expect, test } from 'vitest';
import type { CutRecord } from '../../../shared/domain/cut.ts';
import { aRequest } from '../../support/requests.ts';
import { aStep, enrol, hold, issue, pictureOf } from '../enrolled.ts';
import { AT_MS, aDelivery, anEntry, anIncident, aPlan, uniqueName } from '../records.ts';
import type { CreateRegistry, RegistryUnderTest } from '../registry.ts';

export function describeEntries(create: CreateRegistry): void {
  describe('entries', () => {
    /** A class in an incident, with a cut, a delivery and a held secret: something for every verb to change. */
    async function underWay({ registry }: RegistryUnderTest) {
      const enrolled = await enrol(registry, { secrets: 2 });
      const [ref, other] = enrolled.refs;
      if (ref === undefined || other === undefined) throw new Error('no secrets');
      const plan = aPlan(enrolled.className);
      const incident = anIncident(plan);
      await registry.openIncident(incident, []);
      await issue(registry, ref, 'live');
      const held = await hold(registry, ref, incident.id);
      const cut: CutRecord = {
        v: 1,
        incident: incident.id,
        target: enrolled.targets[0] ?? '',
        holder: 'worker',
        state: 'started',
        wasOff: [],
        cut: [other],
        atMs: AT_MS,
      };
      await registry.beginCut(cut, []);
      await registry.observeCut({ ...cut, state: 'observed' }, [other], []);
      const delivery = aDelivery(incident.id);
      await registry.saveDelivery(delivery, []);
      const request = aRequest({ id: uniqueName('req'), scope: { className: enrolled.className } });
      await registry.openRequest(request, []);
      return { enrolled, ref, other, incident, held, cut, delivery, request };
    }
    type UnderWay = Awaited<ReturnType<typeof underWay>>;
    type Registry = RegistryUnderTest['registry'];

    const VERBS: Readonly<Record<string, (registry: Registry, stage: UnderWay) => Promise<unknown>>> = {
      applyEnrolment: (registry, { held }) =>
        registry.applyEnrolment([
          { put: { secrets: [{ ...held, owner: 'new-team' }] }, remove: {}, entries: [anEntry()] },
        ]),
      openIncident: (registry, { enrolled }) =>
        registry.openIncident(anIncident(aPlan(enrolled.className, { fromEpoch: 2 })), [anEntry()]),
      saveIncident: (registry, { incident }) =>
        registry.saveIncident({ ...incident, state: 'sealed' }, { lift: true, end: true }, [anEntry()]),
      openRequest: (registry, { request }) =>
        registry.openRequest({ ...request, id: uniqueName('req') }, [anEntry()]),
      saveRequest: (registry, { request }) =>
        registry.saveRequest({ ...request, state: 'cancelled' }, [anEntry()]),
      record: (registry, { held, incident }) =>
        registry.record([
          aStep(held, {
            secret: { ...held, identity: 'seen' },
            deliveries: [aDelivery(incident.id)],
            entries: [anEntry()],
          }),
        ]),
      beginCut: (registry, { cut }) => registry.beginCut({ ...cut, holder: 'next' }, [anEntry()]),
      observeCut: (registry, { cut, ref }) => registry.observeCut({ ...cut, cut: [ref] }, [ref], [anEntry()]),
      undoCut: (registry, { cut, other }) => registry.undoCut(cut, [other], [anEntry()]),
      setBrake: (registry, { enrolled }) =>
        registry.setBrake(enrolled.className, { perSecond: 0, by: 'ada', sinceMs: AT_MS }, [anEntry()]),
      setFreeze: (registry, { enrolled: { className } }) =>
        registry.setFreeze({ v: 1, className, frozen: true, by: 'ada', atMs: AT_MS, reason: 'year end' }, [
          anEntry(),
        ]),
      saveDelivery: (registry, { delivery }) =>
        registry.saveDelivery({ ...delivery, state: 'confirmed' }, [anEntry()]),
    };

    test.each(Object.entries(VERBS))(
      '[6.3] %s leaves no change where its entry cannot be written',
      async (_name, change) => {
        const under = await create();
        const stage = await underWay(under);
        const before = await pictureOf(under.registry, stage.enrolled);
        await under.refuseEntries();
        await expect(change(under.registry, stage)).rejects.toBeInstanceOf(Error);
        expect(await pictureOf(under.registry, stage.enrolled)).toEqual(before);
      },
    );

    test.each(Object.entries(VERBS))('[6.3] %s changes something where it can', async (_name, change) => {
      const under = await create();
      const stage = await underWay(under);
      const before = await pictureOf(under.registry, stage.enrolled);
      await change(under.registry, stage);
      expect(await pictureOf(under.registry, stage.enrolled)).not.toEqual(before);
    });

    test('[6.3] an entry that is written twice is one entry, with its first words', async () => {
      const { registry, audit } = await create();
      const operation = uniqueName('inc');
      const entry = anEntry({ operation, reason: 'first' });
      const next = anEntry({ operation, atMs: AT_MS + 1 });
      await registry.append([entry]);
      await audit.chainPending();
      await registry.append([{ ...entry, reason: 'second' }, next]);
      await registry.append([]);
      expect(await audit.find({ operation })).toMatchObject([entry, next]);
    });

    test('[6.2] an entry comes back with everything that it says', async () => {
      const { registry, audit } = await create();
      const entry = anEntry({
        action: 'prove',
        outcome: 'denied',
        actor: { user: 'ada', agent: 'planner', workflowId: 'inc-1', runId: 'run-7' },
        ref: 'vault://contracts/one',
        className: 'payments',
        tenant: 'acme',
        target: 'db1',
        consumer: 'checkout',
        versionId: 'v1',
        epoch: 2,
        fate: 'revoked-proven',
        cause: 'unknown',
        operation: uniqueName('inc'),
        ordinal: 3_001,
        reason: 'refused: „falsches Passwort“',
      });
      await registry.append([entry]);
      expect(await audit.find({ operation: entry.operation ?? '' })).toMatchObject([entry]);
    });

    test('more than a hundred entries are appended together', async () => {
      const { registry, audit } = await create();
      const operation = uniqueName('inc');
      await registry.append(Array.from({ length: 250 }, () => anEntry({ operation })));
      expect(await audit.find({ operation })).toHaveLength(250);
    });
  });
}
