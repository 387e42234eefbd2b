import { expect, test } from 'vitest';
import { rulesWith, STANDARD_POLICY } from '../../shared/domain/detect/policy.ts';
import { aWorld } from '../support/world.ts';

test('[7.1] on one machine the engine judges what is read, the fence’s and unknown references’ denials too', async () => {
  const world = await aWorld({ secrets: 1 });
  const { registry, cases } = world.state.services;
  const policy = { ...STANDARD_POLICY, rules: rulesWith({ 'denied-reads': { mode: 'alert' } }) };
  await registry.applyEnrolment([{ put: { detection: [policy] }, remove: {}, entries: [] }]);
  const probe = { user: 'night-job', agent: 'crawler', source: '203.0.113.7' };
  for (let n = 0; n < 6; n += 1)
    await expect(world.state.resolver.read(`vault://prod/payments/guess-${n}`, probe)).rejects.toMatchObject({
      code: 'secret-unknown',
    });
  await expect
    .poll(
      async () => {
        await world.carryOn();
        return (await cases.list({ limit: 10 })).map(({ subject }) => subject.principal);
      },
      { timeout: 30_000 },
    )
    .toEqual(['night-job']);
  // Nothing of it is left to judge for the next engine.
  await world.carryOn();
  const [record] = await cases.list({ limit: 10 });
  expect(record?.findings[0]?.evidence.length).toBeGreaterThanOrEqual(5);
});
