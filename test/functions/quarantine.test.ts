import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { liftQuarantine } from '../../functions/lift-quarantine/handler.ts';
import { listQuarantines } from '../../functions/list-quarantines/handler.ts';
import { planQuarantine } from '../../functions/plan-quarantine/handler.ts';
import { quarantinePrincipal } from '../../functions/quarantine-principal/handler.ts';
import { showCase } from '../../functions/show-case/handler.ts';
import { signWithKeyFile } from '../../local/ssh/sign.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Person } from '../../shared/domain/person.ts';
import { liftBytes, liftStatement } from '../../shared/domain/quarantine/lift.ts';
import type { Quarantine } from '../../shared/domain/quarantine/record.ts';
import { SIGNATURE_NAMESPACE } from '../../shared/domain/signature/ssh-signature.ts';
import { gatherFindings } from '../../shared/driver/gather-findings.ts';
import { planQuarantine as planFor } from '../../shared/driver/plan-quarantine.ts';
import { quarantinePrincipal as quarantinePrincipalBy } from '../../shared/driver/quarantine-principal.ts';
import type { PrincipalFence } from '../../shared/ports/principal-fence.ts';
import { aFinding } from '../contracts/cases.ts';
import { applyPeople, callAs, keyFileOf } from '../support/people.ts';
import { aWorld, type World } from '../support/world.ts';

const REF = 'vault://prod/payments/s0';
const NIGHT = { user: 'night-job', agent: 'crawler', source: 'test' };

async function quarantined(world: World, principal: string, caseId?: string): Promise<Quarantine> {
  const { planHash } = await callAs(world, 'ada', planQuarantine, { principal });
  const asked = {
    principal,
    planHash,
    reason: 'reads at night',
    ...(caseId === undefined ? {} : { caseId }),
  };
  return (await callAs(world, 'ada', quarantinePrincipal, asked)).quarantine;
}

async function lifts(world: World, person: string, { id }: Quarantine, of?: Quarantine) {
  const [standing] = (await callAs(world, 'ada', listQuarantines, {})).quarantines;
  const signed = of ?? standing;
  if (signed === undefined) throw new Error('none stands');
  const armored = await signWithKeyFile({
    keyFile: keyFileOf(world, person),
    namespace: SIGNATURE_NAMESPACE,
    message: liftBytes(liftStatement(signed)),
  });
  const asked = { quarantineId: id, reason: 'a release', armored };
  return (await callAs(world, 'somebody', liftQuarantine, asked)).quarantine;
}

test('[7.2] who is quarantined is refused every secret at once, and nobody else is', async () => {
  const world = await aWorld({ secrets: 2 });
  const { resolver } = world.state;
  await resolver.read(REF, NIGHT);
  const one = await quarantined(world, 'night-job');
  expect(one.layers).toMatchObject([{ layer: 'resolver', state: 'observed' }]);
  for (const ref of world.refs)
    await expect(resolver.read(ref, NIGHT)).rejects.toMatchObject({ family: 'Denied', code: 'quarantined' });
  await expect(resolver.read(REF, { user: 'checkout', source: 'test' })).resolves.toBeDefined();
  const denied = (await world.state.services.audit.find({ action: ['read'] })).filter(
    ({ outcome }) => outcome === 'denied',
  );
  expect(denied.map(({ actor, reason }) => [actor.user, reason])).toEqual([
    ['night-job', 'quarantined'],
    ['night-job', 'quarantined'],
  ]);
  const [entry] = await world.state.services.audit.find({ action: ['quarantine'] });
  expect(entry).toMatchObject({ actor: { user: 'ada' }, operation: one.id, outcome: 'success' });
});

test('[7.2] [6.2] an agent is known by its own name, and a role by each of its sessions', async () => {
  const world = await aWorld({ secrets: 1 });
  const { resolver } = world.state;
  const session = 'arn:aws:sts::111122223333:assumed-role/Shop/shop-1';
  await quarantined(world, 'crawler');
  await quarantined(world, 'arn:aws:iam::111122223333:role/Shop');
  await expect(resolver.read(REF, NIGHT)).rejects.toMatchObject({ code: 'quarantined' });
  await expect(resolver.read(REF, { user: session, source: 'test' })).rejects.toMatchObject({
    code: 'quarantined',
  });
  await expect(resolver.read(REF, { user: 'night-job', source: 'test' })).resolves.toBeDefined();
});

test('[7.2] the plan says what the principal has read of late: what stops, and what it may hold', async () => {
  const world = await aWorld({ secrets: 2 });
  for (const ref of [REF, REF, ...world.refs]) await world.state.resolver.read(ref, NIGHT);
  const { plan, read } = await callAs(world, 'ada', planQuarantine, { principal: 'night-job' });
  expect(plan.layers.map(({ layer }) => layer)).toEqual(['resolver']);
  expect(Object.fromEntries(read.map(({ ref, reads }) => [ref, reads]))).toEqual({
    [REF]: 3,
    'vault://prod/payments/s1': 1,
  });
});

test('[7.2] another plan than the one that was looked at changes nothing', async () => {
  const world = await aWorld({ secrets: 1 });
  await expect(
    callAs(world, 'ada', quarantinePrincipal, {
      principal: 'night-job',
      planHash: 'ab'.repeat(32),
      reason: 'r',
    }),
  ).rejects.toMatchObject({ code: 'plan-changed' });
  expect((await callAs(world, 'ada', listQuarantines, {})).quarantines).toEqual([]);
});

test('[F.1] two people lift it: one is not enough, nor is one twice, nor who is quarantined, nor nobody', async () => {
  const world = await aWorld({ secrets: 1 });
  await applyPeople(world, ['grace', 'linus', 'night-job']);
  const one = await quarantined(world, 'night-job');
  await expect(
    callAs(world, 'grace', liftQuarantine, { quarantineId: one.id, reason: 'mine' }),
  ).rejects.toMatchObject({ code: 'signature-missing' });
  await expect(lifts(world, 'night-job', one)).rejects.toMatchObject({ code: 'own-quarantine' });
  expect((await lifts(world, 'grace', one)).liftedAtMs).toBeUndefined();
  await expect(lifts(world, 'grace', one)).rejects.toMatchObject({ code: 'voiced-already' });
  await expect(world.state.resolver.read(REF, NIGHT)).rejects.toMatchObject({ code: 'quarantined' });
  // What was signed for another one is nothing here.
  await expect(lifts(world, 'linus', one, { ...one, principal: 'another' })).rejects.toMatchObject({
    code: 'signature-refused',
  });
  expect((await lifts(world, 'linus', one)).liftedAtMs).toBeDefined();
  await expect(world.state.resolver.read(REF, NIGHT)).resolves.toBeDefined();
  const entries = await world.state.services.audit.find({ operation: one.id });
  expect(entries.filter(({ outcome }) => outcome === 'denied')).toHaveLength(2);
  await expect(lifts(world, 'linus', one, one)).rejects.toMatchObject({ code: 'quarantine-lifted' });
});

test('[F.1] nobody lifts it who came among people after it, or with another key, or whose role it is', async () => {
  const world = await aWorld({ secrets: 1 });
  await applyPeople(world, ['grace']);
  const role = 'arn:aws:iam::111122223333:role/Shop';
  const { registry } = world.state.services;
  const put = (people: readonly Person[]) =>
    registry.applyEnrolment([{ put: { people }, remove: {}, entries: [] }]);
  const linus = { name: 'linus', sshKeys: [], iam: ['arn:aws:sts::111122223333:assumed-role/Shop/linus'] };
  await put([linus]);
  const one = await quarantined(world, role);

  const asked = { quarantineId: one.id, reason: 'a release' };
  await expect(callAs(world, linus.iam[0] ?? '', liftQuarantine, asked)).rejects.toMatchObject({
    code: 'own-quarantine',
  });
  await applyPeople(world, ['mallory']);
  await expect(lifts(world, 'mallory', one)).rejects.toMatchObject({ code: 'person-later' });
  rmSync(keyFileOf(world, 'grace'));
  await applyPeople(world, ['grace']);
  await expect(lifts(world, 'grace', one)).rejects.toMatchObject({ code: 'person-later' });
  expect((await registry.quarantineNamed(one.id))?.lifts).toEqual([]);
});

test('[7.2] a role is known without its path, as its sessions name it', async () => {
  const world = await aWorld({ secrets: 1 });
  const one = await quarantined(world, 'arn:aws:iam::111122223333:role/apps/Shop');
  expect(one.principal).toBe('arn:aws:iam::111122223333:role/Shop');
  await expect(
    world.state.resolver.read(REF, {
      user: 'arn:aws:sts::111122223333:assumed-role/Shop/shop-1',
      source: 'test',
    }),
  ).rejects.toMatchObject({ code: 'quarantined' });
});

test('[7.2] a layer that failed is asked and no more, the resolver’s is seen, and the same again makes up for it', async () => {
  const world = await aWorld({ secrets: 1 });
  const { services } = world.state;
  let works = false;
  const principalFence: PrincipalFence = {
    plan: () => [{ layer: 'policy', does: 'refuses it' }],
    close: async (_principal, atMs) => {
      if (!works) throw new RekeyError({ code: 'aws-throttled', family: 'Throttled', message: 'later' });
      return [{ layer: 'policy', state: 'observed', atMs, detail: 'attached' }];
    },
    open: async () => undefined,
  };
  const fenced = { ...services, principalFence };
  const { planHash } = await planFor(fenced, 'night-job');
  const asked = { principal: 'night-job', planHash, reason: 'r', by: 'ada', source: 'test' };
  await expect(quarantinePrincipalBy(fenced, asked)).rejects.toMatchObject({ code: 'aws-throttled' });
  const layers = async () =>
    (await services.registry.quarantines()).flatMap((one) =>
      one.layers.map(({ layer, state }) => [layer, state]),
    );
  expect(await layers()).toEqual([
    ['resolver', 'observed'],
    ['policy', 'asked'],
  ]);
  works = true;
  await quarantinePrincipalBy(fenced, asked);
  expect(await layers()).toEqual([
    ['resolver', 'observed'],
    ['policy', 'observed'],
  ]);
});

test('[7.2] nothing is called observed that was not read back', async () => {
  const world = await aWorld({ secrets: 1 });
  const { services } = world.state;
  const lagging = { ...services, registry: { ...services.registry, quarantines: async () => [] } };
  const { planHash } = await planFor(services, 'night-job');
  const asked = { principal: 'night-job', planHash, reason: 'r', by: 'ada', source: 'test' };
  expect((await quarantinePrincipalBy(lagging, asked)).layers).toMatchObject([
    { layer: 'resolver', state: 'asked' },
  ]);
});

test('[7.2] asked for again it is the same one', async () => {
  const world = await aWorld({ secrets: 1 });
  const one = await quarantined(world, 'night-job');
  expect((await quarantined(world, 'night-job')).id).toBe(one.id);
  expect((await callAs(world, 'ada', listQuarantines, {})).quarantines).toHaveLength(1);
});

test('[7.1] the case that it is about says that it is contained, and by whom', async () => {
  const world = await aWorld({ secrets: 1 });
  const [record] = await gatherFindings(
    world.state.services,
    [aFinding({ principal: 'night-job' })],
    () => true,
  );
  const one = await quarantined(world, 'night-job', record?.id);
  const shown = await callAs(world, 'ada', showCase, { caseId: record?.id ?? '' });
  expect(shown.record.history).toMatchObject([
    { what: 'opened' },
    { what: 'quarantined', who: 'ada', detail: one.id },
  ]);
});
