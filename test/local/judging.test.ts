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

test('[5.4] [7.1] what cannot be judged is said, and ends no break-glass', async () => {
  const world = await aWorld({ secrets: 2 });
  const { registry } = world.state.services;
  // As an older Rekey may have left it: a rule without its figures.
  const broken = { ...STANDARD_POLICY, rules: {} } as unknown as typeof STANDARD_POLICY;
  await registry.applyEnrolment([{ put: { detection: [broken] }, remove: {}, entries: [] }]);
  for (const ref of world.refs) await world.state.resolver.read(ref, { user: 'shop', source: 'test' });
  const incident = await world.breakGlass();
  expect(incident.state).toBe('sealed');
  expect(await world.fates()).toEqual({ live: 2, 'revoked-proven': 2 });
});
