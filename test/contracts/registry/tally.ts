import { describe, expect, test } from 'vitest';
import type { SecretRef } from '../../../shared/domain/secret-ref.ts';
import type { Registry } from '../../../shared/ports/registry.ts';
import { aStep, enrol, hold, issue } from '../enrolled.ts';
import { AT_MS, aSecret, uniqueName } from '../records.ts';
import type { CreateRegistry } from '../registry.ts';

export function describeTally(create: CreateRegistry): void {
  describe('tally', () => {
    async function moveOn(registry: Registry, ref: SecretRef, more: object): Promise<void> {
      const held = await hold(registry, ref, 'inc-1');
      await registry.record([aStep(held, { secret: { ...held, ...more } })]);
    }

    const parkedWith = (code: string) => ({
      rotation: {
        operation: 'inc-1',
        epoch: 2,
        stage: 'pending',
        versionId: 'v',
        startedAtMs: AT_MS,
        attempts: 1,
        dueAtMs: AT_MS,
        parked: { code, message: 'the target does not answer', atMs: AT_MS, sweepable: true },
      },
    });

    test('[5.4] each target counts what is in the scope, what was re-issued and what is proven', async () => {
      const { registry } = await create();
      const { className, targets, refs } = await enrol(registry, { secrets: 7, targets: 2 });
      const [waiting, other, reissued, , proven, , newer] = refs;
      if (!waiting || !other || !reissued || !proven || !newer) throw new Error('no secrets');
      for (const ref of [waiting, reissued, proven]) await issue(registry, ref, 'revoked-proven');
      await issue(registry, reissued, 'revoked-unproven');
      for (const ref of [waiting, reissued, proven]) await issue(registry, ref, 'live');
      await issue(registry, proven, 'failed');
      await moveOn(registry, reissued, { epoch: 2 });
      await moveOn(registry, proven, { epoch: 2 });
      await moveOn(registry, newer, { epoch: 3 });
      const [first, second] = targets;
      const tallies = await registry.tally({ className }, 2);
      expect(tallies.find(({ target }) => target === first)).toEqual({
        target: first,
        total: 4,
        reissued: 3,
        proven: 2,
        parked: [],
      });
      expect(tallies.find(({ target }) => target === second)).toEqual({
        target: second,
        total: 3,
        reissued: 0,
        proven: 0,
        parked: [],
      });
      expect(tallies.map(({ target }) => target)).toEqual([...targets].sort());
    });

    test('[5.4] what is set aside is counted by its reason, with the first three by name', async () => {
      const { registry } = await create();
      const { className, targets, refs } = await enrol(registry, { secrets: 6 });
      for (const ref of refs.slice(1).reverse())
        await moveOn(registry, ref, parkedWith('target-unavailable'));
      await moveOn(registry, refs[0] ?? 'vault://none', parkedWith('account-missing'));
      const [tally] = await registry.tally({ className }, 2);
      expect(tally?.target).toBe(targets[0]);
      expect([...(tally?.parked ?? [])].sort((a, b) => a.count - b.count)).toEqual([
        { code: 'account-missing', count: 1, firstRefs: refs.slice(0, 1) },
        { code: 'target-unavailable', count: 5, firstRefs: refs.slice(1, 4) },
      ]);
    });

    test('[5.4] a narrower scope counts its own, and what no target accepts stands under no name', async () => {
      const { registry } = await create();
      const { className, targets, refs } = await enrol(registry, { secrets: 2, targets: 2 });
      const byHand = aSecret(`vault://contracts/${className}/by-hand`, className, '');
      await registry.applyEnrolment([
        { put: { secrets: [{ ...byHand, tenant: 'globex' }] }, remove: {}, entries: [] },
      ]);
      const totals = async (scope: object) =>
        (await registry.tally({ className, ...scope }, 2)).map(({ target, total }) => [target, total]);
      expect(await totals({})).toEqual([['', 1], ...[...targets].sort().map((target) => [target, 1])]);
      expect(await totals({ tenant: 'globex' })).toEqual([['', 1]]);
      expect(await totals({ target: targets[1] })).toEqual([[targets[1], 1]]);
      expect(await totals({ secretRef: refs[0] })).toEqual([[targets[0], 1]]);
      expect(await totals({ tenant: uniqueName('none') })).toEqual([]);
    });
  });
}
