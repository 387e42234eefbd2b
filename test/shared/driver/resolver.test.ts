import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pathsIn } from '../../../local/home.ts';
import { lateReadsIn, takeInLateReads } from '../../../local/late-reads.ts';
import type { AuditEntry } from '../../../shared/domain/audit/entry.ts';
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

/** The audit is down from now on; where it says so, reads of the class go on without it. */
async function withoutAudit(withoutAudit?: 'refuse' | 'serve') {
  const world = await aWorld();
  const { services, home } = world.state;
  if (withoutAudit !== undefined) {
    const record = await services.registry.classNamed('payments');
    if (record === null) throw new Error('no class');
    const policy = { ...record.policy, reads: { withoutAudit } };
    const put = { classes: [{ ...record, policy }] };
    await services.registry.applyEnrolment([{ put, remove: {}, entries: [] }]);
  }
  const append = async (): Promise<void> => Promise.reject(new Error('the audit cannot be written'));
  const registry = { ...services.registry, append };
  const folder = pathsIn(home).lateReads;
  return {
    world,
    registry,
    folder,
    read: (more: Partial<Parameters<typeof createResolver>[0]> = {}, user = 'svc') =>
      createResolver({ ...services, registry, ...more }).read(world.refs[0] ?? '', { user, source: 'test' }),
    /** The audit answers again. */
    entries: async (): Promise<AuditEntry[]> => {
      await takeInLateReads(services, folder);
      return services.audit.find({ action: ['read'] });
    },
  };
}

test('[1.4] where its class says so a read goes on without the audit: its entry is kept first, and is there once', async () => {
  const { world, read, folder, entries } = await withoutAudit('serve');
  const { value, versionId } = await read();
  expect(value).toBe(await world.value());
  const before = (await world.state.services.audit.find({ action: ['read'] })).length;
  expect(lateReadsIn(folder)).toBe(1);
  for (const file of readdirSync(folder))
    expect(readFileSync(join(folder, file), 'utf8')).not.toContain(value);
  const after = await entries();
  expect(after).toHaveLength(before + 1);
  expect(after.filter(({ read: detail }) => detail?.late === true)).toMatchObject([
    { outcome: 'success', actor: { user: 'svc' }, ref: world.refs[0], versionId },
  ]);
  expect(await entries()).toHaveLength(before + 1);
});

test.each([
  ['nothing', undefined],
  ['refuse', 'refuse'],
] as const)('[1.4] where its class says %s it is refused, and that it was is kept', async (_said, policy) => {
  const { read, entries } = await withoutAudit(policy);
  await expect(read()).rejects.toThrow('the audit cannot be written');
  expect(await entries()).toMatchObject([{ outcome: 'error', reason: 'unexpected', read: { late: true } }]);
});

test('[1.4] where the entry can be kept nowhere there is no value, whatever the class says', async () => {
  const { read } = await withoutAudit('serve');
  const keep = async (): Promise<void> => Promise.reject(new Error('nor can this place'));
  await expect(read({ lateReads: { keep } })).rejects.toThrow('nor can this place');
});

test('[7.2] a fence and a quarantine refuse as before, and that they did is kept', async () => {
  const { world, read, registry, entries } = await withoutAudit('serve');
  const { services } = world.state;
  const quarantined = {
    ...registry,
    quarantines: async () => [{ principal: 'mallory', id: 'q-1' }] as never,
  };
  await expect(read({ registry: quarantined }, 'mallory')).rejects.toMatchObject({ code: 'quarantined' });
  await services.registry.openIncident(anIncident(aPlan('payments')), []);
  await expect(read()).rejects.toMatchObject({ code: 'fenced' });
  expect((await entries()).map(({ outcome, reason, read: told }) => [outcome, reason, told?.late])).toEqual([
    ['denied', 'quarantined', true],
    ['denied', 'fenced', true],
  ]);
});

test('[7.2] a fence that comes while the entry is kept still keeps the value back', async () => {
  const { world, read } = await withoutAudit('serve');
  const { services } = world.state;
  const keep = async (entry: AuditEntry) => {
    if (entry.outcome === 'success') await services.registry.openIncident(anIncident(aPlan('payments')), []);
    await services.lateReads.keep(entry);
  };
  await expect(read({ lateReads: { keep } })).rejects.toMatchObject({ code: 'fenced' });
});

test('[1.4] a reference that is not enrolled is no way around: what probes is kept too', async () => {
  const { world, registry, entries } = await withoutAudit('refuse');
  const resolver = createResolver({ ...world.state.services, registry });
  const probe = resolver.read('vault://prod/payments/none', { user: 'svc', source: 'test' });
  await expect(probe).rejects.toMatchObject({ code: 'secret-unknown' });
  expect(await entries()).toMatchObject([
    {
      outcome: 'denied',
      reason: 'secret-unknown',
      read: { named: 'vault://prod/payments/none', late: true },
    },
  ]);
});
