import { describe, expect, test } from 'vitest';
import type { SecretRecord } from '../../../shared/domain/secret.ts';
import { aStep, aVersion, enrol, hold, issue, pictureOf, secretNamed } from '../enrolled.ts';
import { AT_MS, aDelivery, anEntry, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

export function describeSteps(create: CreateRegistry): void {
  describe('steps', () => {
    /** A step that changes everything it can: the next version issued and live, a consumer to be told, two entries. */
    function wholeStep(held: SecretRecord, operation: string) {
      const version = aVersion(held.ref, held.ordinal + 1, { fate: 'live', operation });
      return aStep(held, {
        secret: { ...held, ordinal: version.ordinal, currentVersionId: version.id },
        versions: [version],
        deliveries: [aDelivery(operation, { ref: held.ref, versionId: version.id })],
        entries: [anEntry({ operation, ref: held.ref }), anEntry({ operation, ref: held.ref })],
      });
    }

    async function lookAt(
      { registry, audit }: Awaited<ReturnType<CreateRegistry>>,
      ref: SecretRecord['ref'],
      operation: string,
    ) {
      const entries = await audit.find({ operation, refs: [ref] });
      return {
        secrets: await registry.secrets([ref]),
        versions: await registry.versions({ refs: [ref] }),
        deliveries: (await registry.deliveries(operation)).filter((delivery) => delivery.ref === ref),
        entries: entries.map(({ id }) => id).sort(),
      };
    }

    test('[5.5] a step commits secret, versions, deliveries and entries', async () => {
      const under = await create();
      const { refs } = await enrol(under.registry);
      const [ref] = refs;
      if (ref === undefined) throw new Error('no secret');
      const operation = uniqueName('inc');
      const step = wholeStep(await hold(under.registry, ref, operation), operation);
      expect(await under.registry.record([step])).toEqual([]);
      expect(await lookAt(under, ref, operation)).toEqual({
        secrets: [step.secret],
        versions: step.versions,
        deliveries: step.deliveries,
        entries: step.entries.map(({ id }) => id).sort(),
      });
    });

    test('[5.4] of a batch the stale steps change nothing at all, and the others go through', async () => {
      const under = await create();
      const { registry } = under;
      const { refs } = await enrol(registry, { secrets: 4 });
      const [first, taken, removed, last] = refs;
      if (first === undefined || taken === undefined || removed === undefined || last === undefined)
        throw new Error('no secrets');
      const operation = uniqueName('inc');
      const steps = [];
      for (const ref of refs) steps.push(wholeStep(await hold(registry, ref, operation), operation));
      await hold(registry, taken, uniqueName('inc-newer'));
      await registry.applyEnrolment([{ put: {}, remove: { secrets: [removed] }, entries: [] }]);
      const before = await Promise.all([taken, removed].map((ref) => lookAt(under, ref, operation)));
      const stale = await registry.record(steps);
      expect([...stale].sort()).toEqual([taken, removed].sort());
      expect(await Promise.all([taken, removed].map((ref) => lookAt(under, ref, operation)))).toEqual(before);
      for (const ref of [first, last]) {
        const step = steps.find(({ secret }) => secret.ref === ref);
        expect(await lookAt(under, ref, operation)).toEqual({
          secrets: [step?.secret],
          versions: step?.versions,
          deliveries: step?.deliveries,
          entries: step?.entries.map(({ id }) => id).sort(),
        });
      }
    });

    test('[1.3] a version that a step does not list stays as it is, one that it lists is changed', async () => {
      const { registry } = await create();
      const { refs } = await enrol(registry);
      const [ref] = refs;
      if (ref === undefined) throw new Error('no secret');
      const [kept, changed] = [await issue(registry, ref, 'live'), await issue(registry, ref, 'pending')];
      const proven = {
        ...changed,
        fate: 'revoked-proven',
        proven: { atMs: AT_MS, evidence: 'refused' },
      } as const;
      const held = await hold(registry, ref, 'inc-1');
      await registry.record([aStep(held, { versions: [proven] })]);
      expect(await registry.versions({ refs: [ref] })).toEqual([kept, proven]);
    });

    test.each(['revoked-proven', 'failed'] as const)(
      '[1.3] a version that was %s stays so: the ledger is written once',
      async (fate) => {
        const { registry } = await create();
        const { refs } = await enrol(registry);
        const [ref] = refs;
        if (ref === undefined) throw new Error('no secret');
        const settled = await issue(registry, ref, fate);
        const held = await hold(registry, ref, 'inc-1');
        const again = { ...settled, fate: fate === 'failed' ? 'revoked-proven' : 'failed' } as const;
        const step = aStep(held, { secret: { ...held, identity: 'seen' }, versions: [again] });
        expect(await registry.record([step])).toEqual([]);
        expect(await registry.versions({ refs: [ref] })).toEqual([settled]);
        expect((await secretNamed(registry, ref)).identity).toBe('seen');
      },
    );

    test('[6.3] an entry that is known already holds up no step, and keeps its first words', async () => {
      const { registry, audit } = await create();
      const { refs } = await enrol(registry);
      const [ref] = refs;
      if (ref === undefined) throw new Error('no secret');
      const operation = uniqueName('inc');
      const known = anEntry({ operation, reason: 'first' });
      await registry.append([known]);
      const held = await hold(registry, ref, operation);
      const fresh = anEntry({ operation, atMs: AT_MS + 1 });
      const step = aStep(held, {
        secret: { ...held, identity: 'seen' },
        entries: [{ ...known, reason: 'second' }, fresh],
      });
      expect(await registry.record([step])).toEqual([]);
      expect((await secretNamed(registry, ref)).identity).toBe('seen');
      expect(await audit.find({ operation })).toMatchObject([known, fresh]);
    });

    test('[5.4] a step that is sent again is the same step', async () => {
      const under = await create();
      const { refs } = await enrol(under.registry);
      const [ref] = refs;
      if (ref === undefined) throw new Error('no secret');
      const operation = uniqueName('inc');
      const step = wholeStep(await hold(under.registry, ref, operation), operation);
      await under.registry.record([step]);
      const before = await lookAt(under, ref, operation);
      expect(await under.registry.record([step])).toEqual([]);
      expect(await lookAt(under, ref, operation)).toEqual(before);
    });

    test('[5.5] a step that is sent again tells no consumer again who is done', async () => {
      const { registry } = await create();
      const { refs } = await enrol(registry);
      const [ref] = refs;
      if (ref === undefined) throw new Error('no secret');
      const operation = uniqueName('inc');
      const step = wholeStep(await hold(registry, ref, operation), operation);
      await registry.record([step]);
      const done = step.deliveries.map((delivery) => ({ ...delivery, state: 'confirmed' as const }));
      for (const delivery of done) await registry.saveDelivery(delivery, []);
      await registry.record([step]);
      expect(await registry.deliveries(operation)).toEqual(done);
    });

    test('[5.4] more than a hundred steps are recorded together', async () => {
      const { registry, audit } = await create();
      const enrolled = await enrol(registry, { secrets: 120 });
      const operation = uniqueName('inc');
      const answers = await registry.claim(enrolled.refs, {
        operation,
        epoch: 2,
        holder: 'worker',
        nowMs: AT_MS,
        leaseMs: 15_000,
      });
      const steps = answers.flatMap((answer) =>
        answer.outcome === 'claimed' ? wholeStep(answer.secret, operation) : [],
      );
      expect(await registry.record(steps)).toEqual([]);
      expect(await pictureOf(registry, enrolled)).toMatchObject({
        secrets: steps.map(({ secret }) => secret),
      });
      expect(await registry.versions({ refs: enrolled.refs })).toHaveLength(120);
      expect(await registry.deliveries(operation)).toHaveLength(120);
      expect(await audit.find({ operation })).toHaveLength(240);
      expect(await registry.record([])).toEqual([]);
    });
  });
}
