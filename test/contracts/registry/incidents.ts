import { describe, expect, test } from 'vitest';
import { enrol, pictureOf } from '../enrolled.ts';
import { AT_MS, anEntry, anIncident, aPlan, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

export function describeIncidents(create: CreateRegistry): void {
  describe('incidents', () => {
    /** A class at epoch 2 with one fenced incident. */
    async function opened() {
      const { registry, audit } = await create();
      const enrolled = await enrol(registry);
      const { className } = enrolled;
      const incident = anIncident(aPlan(className));
      await registry.openIncident(incident, [anEntry({ action: 'incident-open', operation: incident.id })]);
      return { registry, audit, enrolled, className, incident };
    }

    test('[7.2] one write opens the incident, moves the class one epoch on and fences it', async () => {
      const { registry, audit, className, incident } = await opened();
      expect(await registry.incident(incident.id)).toEqual(incident);
      expect(await registry.classNamed(className)).toMatchObject({
        epoch: 2,
        incidents: [incident.id],
        fences: [{ incident: incident.id, scope: { className }, atMs: AT_MS }],
      });
      expect(await audit.find({ operation: incident.id })).toHaveLength(1);
    });

    test('[7.2] where the readers are honest nothing is fenced', async () => {
      const { registry } = await create();
      const { className } = await enrol(registry);
      const incident = anIncident(aPlan(className, { cause: 'values-leaked', fence: false, cut: false }));
      await registry.openIncident(incident, []);
      expect(await registry.classNamed(className)).toMatchObject({
        epoch: 2,
        incidents: [incident.id],
        fences: [],
      });
    });

    test('[5.4] the same incident again is a no-op, however far it has come', async () => {
      const { registry, audit, enrolled, incident } = await opened();
      await registry.saveIncident({ ...incident, state: 'sealed' }, { lift: true, end: true }, []);
      const before = await pictureOf(registry, enrolled);
      await registry.openIncident(incident, [anEntry({ operation: incident.id })]);
      expect(await pictureOf(registry, enrolled)).toEqual(before);
      expect(await audit.find({ operation: incident.id })).toHaveLength(1);
    });

    test('[5.4] a plan made at another epoch opens nothing', async () => {
      const { registry, audit, enrolled, className } = await opened();
      const before = await pictureOf(registry, enrolled);
      const late = anIncident(aPlan(className));
      await expect(registry.openIncident(late, [anEntry({ operation: late.id })])).rejects.toMatchObject({
        family: 'Conflict',
        code: 'epoch-moved',
      });
      expect(await pictureOf(registry, enrolled)).toEqual(before);
      expect(await registry.incident(late.id)).toBeNull();
      expect(await audit.find({ operation: late.id })).toEqual([]);
    });

    test('[5.4] no class, no incident', async () => {
      const { registry } = await create();
      const incident = anIncident(aPlan(uniqueName('none')));
      await expect(registry.openIncident(incident, [])).rejects.toMatchObject({ code: 'epoch-moved' });
      expect(await registry.incident(incident.id)).toBeNull();
    });

    test('[5.4] of two responders at once one opens, the other is told that the epoch moved', async () => {
      const { registry } = await create();
      const { className } = await enrol(registry);
      const two = [anIncident(aPlan(className)), anIncident(aPlan(className))];
      const answers = await Promise.allSettled(two.map((incident) => registry.openIncident(incident, [])));
      const opened = two.filter((_, index) => answers[index]?.status === 'fulfilled');
      expect(opened).toHaveLength(1);
      expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { family: 'Conflict', code: 'epoch-moved' },
      });
      expect(await registry.classNamed(className)).toMatchObject({
        epoch: 2,
        incidents: opened.map(({ id }) => id),
      });
    });

    test('[5.4] a plan of 10,000 secrets opens, and comes back as it was confirmed', async () => {
      const { registry } = await create();
      const { className } = await enrol(registry);
      const plan = aPlan(className, {
        secrets: Array.from({ length: 10_000 }, (_, index) => ({
          ref: `vault://contracts/${className}/${index}` as const,
          target: `db-${index % 10}`,
          versionId: uniqueName('version'),
        })),
      });
      const incident = anIncident(plan);
      await registry.openIncident(incident, []);
      const saved = await registry.saveIncident({ ...incident, state: 'awaiting-reopen' }, {}, []);
      expect(saved.plan).toEqual(plan);
      expect((await registry.incident(incident.id))?.plan).toEqual(plan);
    });

    test('[5.4] a save is the next revision', async () => {
      const { registry, audit, incident } = await opened();
      const changed = { ...incident, state: 'awaiting-reopen', reopenToken: 'token' } as const;
      const saved = await registry.saveIncident(changed, {}, [anEntry({ operation: incident.id })]);
      expect(saved).toEqual({ ...changed, revision: incident.revision + 1 });
      expect(await registry.incident(incident.id)).toEqual(saved);
      expect(await audit.find({ operation: incident.id })).toHaveLength(2);
    });

    test('[5.4] a save of an older revision changes nothing: no fence falls, no entry is written', async () => {
      const { registry, audit, enrolled, incident } = await opened();
      await registry.saveIncident(incident, {}, []);
      const before = await pictureOf(registry, enrolled);
      const late = registry.saveIncident({ ...incident, state: 'sealed' }, { lift: true, end: true }, [
        anEntry({ operation: incident.id }),
      ]);
      await expect(late).rejects.toMatchObject({ family: 'Conflict', code: 'incident-changed' });
      expect(await pictureOf(registry, enrolled)).toEqual(before);
      expect(await audit.find({ operation: incident.id })).toHaveLength(1);
    });

    test('[5.4] of two saves at once one goes through', async () => {
      const { registry, incident } = await opened();
      const answers = await Promise.allSettled(
        [1, 2].map((packets) => registry.saveIncident({ ...incident, packets }, {}, [])),
      );
      const [saved] = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await registry.incident(incident.id)).toEqual(saved);
    });

    test('[7.2] an incident lifts its own fence and leaves its own place; another’s stay', async () => {
      const { registry, className, incident } = await opened();
      const other = anIncident(aPlan(className, { fromEpoch: 2 }), { confirmedAtMs: AT_MS + 1 });
      await registry.openIncident(other, []);
      const standing = async () => {
        const record = await registry.classNamed(className);
        return { fences: record?.fences.map((fence) => fence.incident), incidents: record?.incidents };
      };
      const both = [incident.id, other.id];
      expect(await standing()).toEqual({ fences: both, incidents: both });
      const saved = await registry.saveIncident(incident, {}, []);
      expect(await standing()).toEqual({ fences: both, incidents: both });
      const lifted = await registry.saveIncident(saved, { lift: true }, []);
      expect(await standing()).toEqual({ fences: [other.id], incidents: both });
      await registry.saveIncident(lifted, { end: true }, []);
      expect(await standing()).toEqual({ fences: [other.id], incidents: [other.id] });
      await registry.saveIncident(other, { end: true }, []);
      expect(await standing()).toEqual({ fences: [other.id], incidents: [] });
      expect((await registry.classNamed(className))?.epoch).toBe(3);
    });

    test('incidents are listed oldest first', async () => {
      const { registry } = await create();
      const { className } = await enrol(registry);
      const confirmed = [3_000, 1_000, 2_000];
      for (const [index, at] of confirmed.entries()) {
        await registry.openIncident(
          anIncident(aPlan(className, { fromEpoch: index + 1 }), { confirmedAtMs: at }),
          [],
        );
      }
      const own = (await registry.incidents()).filter(({ plan }) => plan.scope.className === className);
      expect(own.map(({ confirmedAtMs }) => confirmedAtMs)).toEqual([1_000, 2_000, 3_000]);
    });

    test('an unknown incident is null', async () => {
      const { registry } = await create();
      expect(await registry.incident(uniqueName('inc'))).toBeNull();
    });
  });
}
