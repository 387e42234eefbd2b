import { expect, test } from 'vitest';
import { createResolver } from '../../../shared/driver/resolver.ts';
import { anIncident, aPlan } from '../../contracts/records.ts';
import { aWorld } from '../../support/world.ts';

test('[1.4] a read is an entry in the audit, with who read which version', async () => {
  const world = await aWorld();
  const read = await world.state.resolver.read(world.refs[0] ?? '', {
    user: 'svc',
    source: 'test',
    agent: 'planner',
    runId: 'run-7',
  });
  const [entry] = await world.state.services.audit.find({ action: ['read'], refs: world.refs });
  expect(entry).toMatchObject({
    outcome: 'success',
    ref: world.refs[0],
    versionId: read.versionId,
    actor: { user: 'svc', agent: 'planner', runId: 'run-7' },
  });
  expect(JSON.stringify(entry)).not.toContain(read.value);
});

test('[1.4] no entry, no value', async () => {
  const world = await aWorld();
  const { registry, store, pseudonyms, clock, random } = world.state.services;
  const failing = {
    ...registry,
    append: async () => Promise.reject(new Error('the audit cannot be written')),
  };
  const resolver = createResolver({ registry: failing, store, pseudonyms, clock, random });
  await expect(resolver.read(world.refs[0] ?? '', { user: 'svc', source: 'test' })).rejects.toThrow(
    'the audit cannot be written',
  );
});

test('[7.2] a resolver that cannot see the epoch refuses', async () => {
  const world = await aWorld();
  const { registry, store, pseudonyms, clock, random } = world.state.services;
  const blind = { ...registry, classNamed: async () => Promise.reject(new Error('unreachable')) };
  const resolver = createResolver({ registry: blind, store, pseudonyms, clock, random });
  await expect(resolver.read(world.refs[0] ?? '', { user: 'svc', source: 'test' })).rejects.toMatchObject({
    code: 'state-unreadable',
  });
});

test('[7.2] a fence that comes between the look and the entry still keeps the value back', async () => {
  const world = await aWorld();
  const { registry, store, pseudonyms, clock, random } = world.state.services;
  const fencing = {
    ...registry,
    append: async (entries: Parameters<typeof registry.append>[0]) => {
      await registry.openIncident(anIncident(aPlan('payments')), []);
      await registry.append(entries);
    },
  };
  const resolver = createResolver({ registry: fencing, store, pseudonyms, clock, random });
  await expect(resolver.read(world.refs[0] ?? '', { user: 'svc', source: 'test' })).rejects.toMatchObject({
    code: 'fenced',
  });
});

test('a read is held while its secret is between two values, and gets the new one', async () => {
  const world = await aWorld();
  let held: Promise<{ value: string }> | undefined;
  world.target.fault = (verb, phase) => {
    if (verb === 'install' && phase === 'before')
      held = world.state.resolver.read(world.refs[0] ?? '', { user: 'svc', source: 'test' });
  };
  await world.advance();
  const { value } = (await held) ?? { value: '' };
  expect(world.target.login('r0', value)).toBe('accepted');
});

test('an unknown reference is refused and written down: it may be probing', async () => {
  const world = await aWorld();
  await expect(
    world.state.resolver.read('vault://prod/payments/none', { user: 'svc', source: 'test' }),
  ).rejects.toMatchObject({ code: 'secret-unknown' });
  const entries = await world.state.services.audit.find({ action: ['read'] });
  expect(entries.at(-1)).toMatchObject({
    outcome: 'denied',
    read: { named: 'vault://prod/payments/none', from: 'resolver', verb: 'read' },
    reason: 'secret-unknown',
  });
});
