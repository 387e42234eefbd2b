import { describe, expect, test } from 'vitest';
import { canonicalJson, sha256Hex } from '../../shared/domain/canonical.ts';
import type { Plans } from '../../shared/ports/plans.ts';
import { aPlan, aRotationPlan, uniqueName } from './records.ts';

/** Plans, and the hand of someone who can write where they are kept. */
export interface PlansUnderTest {
  readonly plans: Plans;
  readonly edit: (planHash: string, change: (text: string) => string) => Promise<void>;
}

/** What every home of plans keeps to. */
export function describePlans(name: string, create: () => Promise<PlansUnderTest>): void {
  describe(`plans ${name}`, () => {
    test('[5.4] a plan is kept under the SHA-256 of its canonical JSON', async () => {
      const { plans } = await create();
      const plan = aPlan(uniqueName('payments'), { sinceMs: 1, principal: 'mallory' });
      const planHash = await plans.save(plan);
      expect(planHash).toBe(sha256Hex(canonicalJson(plan)));
      expect(await plans.load(planHash)).toEqual(plan);
    });

    test('[5.4] the same plan is the same hash, however its fields are ordered; another is another', async () => {
      const { plans } = await create();
      const plan = aPlan(uniqueName('payments'));
      const planHash = await plans.save(plan);
      const { v, ...rest } = plan;
      expect(await plans.save({ ...rest, v })).toBe(planHash);
      const other = { ...plan, fromEpoch: 2 };
      const otherHash = await plans.save(other);
      expect(otherHash).not.toBe(planHash);
      expect(await plans.load(planHash)).toEqual(plan);
      expect(await plans.load(otherHash)).toEqual(other);
    });

    test('[5.4] a plan of 10,000 secrets is kept whole', async () => {
      const { plans } = await create();
      const className = uniqueName('payments');
      const plan = aPlan(className, {
        secrets: Array.from({ length: 10_000 }, (_, index) => ({
          ref: `vault://contracts/${className}/${index}` as const,
          target: 'db',
          versionId: `${className}-${index}`,
        })),
      });
      expect(await plans.load(await plans.save(plan))).toEqual(plan);
    });

    test('[5.4] a plan that was edited after it was confirmed is refused', async () => {
      const { plans, edit } = await create();
      const planHash = await plans.save(aPlan(uniqueName('payments')));
      await edit(planHash, (text) => text.replace('"fence":true', '"fence":false'));
      await expect(plans.load(planHash)).rejects.toMatchObject({ family: 'Denied', code: 'plan-edited' });
    });

    test('[5.4] a plan of a rotation is kept the same way, and neither is loaded as the other', async () => {
      const { plans, edit } = await create();
      const rotation = aRotationPlan(uniqueName('payments'));
      const planHash = await plans.save(rotation);
      expect(planHash).toBe(sha256Hex(canonicalJson(rotation)));
      expect(await plans.loadRotation(planHash)).toEqual(rotation);
      const unknown = { family: 'NotFound', code: 'plan-unknown' };
      await expect(plans.load(planHash)).rejects.toMatchObject(unknown);
      const breakGlass = await plans.save(aPlan(uniqueName('payments')));
      await expect(plans.loadRotation(breakGlass)).rejects.toMatchObject(unknown);
      await edit(planHash, (text) => text.replace('"graceMs":0', '"graceMs":1'));
      await expect(plans.loadRotation(planHash)).rejects.toMatchObject({ code: 'plan-edited' });
    });

    test('[5.4] a plan that nobody saved is not found', async () => {
      const { plans } = await create();
      await expect(plans.load(sha256Hex(uniqueName('plan')))).rejects.toMatchObject({
        family: 'NotFound',
        code: 'plan-unknown',
      });
    });
  });
}
