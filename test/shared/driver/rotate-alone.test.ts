import { expect, test } from 'vitest';
import type { Finding } from '../../../shared/domain/detect/finding.ts';
import { rulesWith, STANDARD_POLICY } from '../../../shared/domain/detect/policy.ts';
import { actAlone } from '../../../shared/driver/act-alone.ts';
import { gatherFindings } from '../../../shared/driver/gather-findings.ts';
import { anIncident, aPlan } from '../../contracts/records.ts';
import { aWorld, type World } from '../../support/world.ts';

const rotating = (mostAnHour: number, mode: 'act' | 'alert' = 'act') => ({
  ...STANDARD_POLICY,
  rules: rulesWith({ 'off-hours': { mode, alone: { act: 'rotate', mostAnHour } } }),
});

function found(ref: string, id = ref): Finding {
  return {
    v: 1,
    id: `finding:${id}`,
    rule: 'off-hours',
    atMs: 0,
    severity: 'high',
    certainty: 'likely',
    principal: 'mallory',
    ref,
    className: 'payments',
    seen: `mallory read ${ref} at 03:12`,
    unusual: 'works from 08:00 to 18:00',
    evidence: [],
    next: 'rekey rotate',
  };
}

const aRotatingWorld = () => aWorld({ secrets: 3, rotation: {} });
const actsIn = async (world: World) => world.state.services.audit.find({ action: ['request'] });
const askedIn = async (world: World) =>
  (await world.state.services.registry.askedRotations()).map(({ ref }) => ref);

test('[7.2] a rule that may rotates the one secret of its finding by the routine of its class, and says that it was it', async () => {
  const world = await aRotatingWorld();
  const { services } = world.state;
  world.target.strategy = 'beside';
  const [ref = ''] = world.refs;
  const before = await Promise.all([world.value(0), world.value(1)]);
  await actAlone(services, rotating(3), [found(ref)]);
  expect(await askedIn(world)).toEqual([ref]);
  expect(await actsIn(world)).toMatchObject([
    { actor: { user: 'rule off-hours' }, ref, className: 'payments', outcome: 'success' },
  ]);
  await world.runSchedule('rot-1');
  expect(await world.value(0)).not.toBe(before[0]);
  expect(await world.value(1)).toBe(before[1]);
  // Routine: the one before works on for its grace.
  expect(world.target.login('r0', before[0])).toBe('accepted');
  const begun = await services.audit.find({ action: ['promote'] });
  expect(begun.map((entry) => entry.ref)).toEqual([ref]);
});

test('[7.2] found again it asks no second time, and is replayed without harm', async () => {
  const world = await aRotatingWorld();
  const { services } = world.state;
  const [ref = ''] = world.refs;
  await actAlone(services, rotating(3), [found(ref), found(ref, 'again')]);
  await actAlone(services, rotating(3), [found(ref)]);
  expect(await actsIn(world)).toHaveLength(1);
});

test('[7.2] one case rotates a secret once: what its reader does to the new value a person judges', async () => {
  const world = await aRotatingWorld();
  const { services } = world.state;
  const [ref = ''] = world.refs;
  const tell = async (finding: Finding) => {
    await gatherFindings(services, [finding], () => true);
    await actAlone(services, rotating(9), [finding]);
  };
  await tell(found(ref));
  await world.runSchedule('rot-1');
  await tell(found(ref, 'later'));
  expect(await actsIn(world)).toHaveLength(1);
  const [asked] = await services.registry.askedRotations();
  expect(asked?.caseId).toBe((await services.cases.openOf({ principal: 'mallory' }))?.id);
  // Another case is another matter.
  await tell({ ...found(ref, 'other'), principal: 'trudy' });
  expect(await actsIn(world)).toHaveLength(2);
});

test('[7.2] it asks so many times an hour, and a person does the rest', async () => {
  const world = await aRotatingWorld();
  await actAlone(
    world.state.services,
    rotating(2),
    world.refs.map((ref) => found(ref)),
  );
  expect(await askedIn(world)).toEqual(world.refs.slice(0, 2));
  expect(await actsIn(world)).toHaveLength(2);
});

test('[7.2] it is off until it is switched on', async () => {
  const world = await aRotatingWorld();
  const [ref = ''] = world.refs;
  await actAlone(world.state.services, rotating(2, 'alert'), [found(ref)]);
  await actAlone(world.state.services, STANDARD_POLICY, [found(ref)]);
  expect(await askedIn(world)).toEqual([]);
});

test('[5.4] a class inside an incident is left to it', async () => {
  const world = await aRotatingWorld();
  const { services } = world.state;
  await services.registry.openIncident(anIncident(aPlan('payments')), []);
  await actAlone(services, rotating(2), [found(world.refs[0] ?? '')]);
  expect(await askedIn(world)).toEqual([]);
});

test('[7.2] what does not rotate by itself, and what is not enrolled, no rule rotates', async () => {
  const world = await aWorld({ secrets: 1 });
  const findings = [found(world.refs[0] ?? ''), found('vault://admin/db0'), found('vault://none')];
  await actAlone(world.state.services, rotating(9), findings);
  expect(await askedIn(world)).toEqual([]);
});
