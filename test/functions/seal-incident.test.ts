import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { advanceBatch } from '../../functions/advance-batch/handler.ts';
import { importLeaks } from '../../functions/import-leaks/handler.ts';
import { openIncident } from '../../functions/open-incident/handler.ts';
import { sealIncident } from '../../functions/seal-incident/handler.ts';
import { pathsIn } from '../../local/home.ts';
import { openedIncident } from '../../shared/domain/opened-incident.ts';
import type { Packet } from '../../shared/domain/packet/packet.ts';
import { planForLeak } from '../../shared/driver/plan-break-glass.ts';
import { enrol } from '../contracts/enrolled.ts';
import { AT_MS } from '../contracts/records.ts';
import { aState } from '../support/state.ts';
import { aWorld } from '../support/world.ts';

test('[5.4] a key under which another incident has yet to put its values is not destroyed with the older ones', async () => {
  const world = await aWorld({ secrets: 2 });
  const { services } = world.state;
  const [first, second] = world.refs;
  if (first === undefined || second === undefined) throw new Error('no secrets');
  const untilMs = Date.now() + 30_000;
  const planHash = await world.plan('values-leaked', { scope: { secretRef: first } });
  await openIncident.invoke(
    services,
    { v: 1, incidentId: 'inc-waiting', planHash, startedBy: 'ada', confirmedAtMs: Date.now(), again: false },
    { untilMs },
  );
  await world.breakGlass('values-leaked', { scope: { secretRef: second } });
  const states = async () => (await services.keys.list('payments')).map(({ epoch, state }) => [epoch, state]);
  // The first epoch's is still named by the first secret's live version.
  expect(await states()).toEqual([
    [1, 'open'],
    [2, 'open'],
    [3, 'open'],
  ]);
  const batch = { incidentId: 'inc-waiting', targetId: 'db0', secretRefs: [first], again: false };
  expect(await advanceBatch.invoke(services, { v: 1, ...batch }, { untilMs })).toMatchObject({ settled: 1 });
});

test('[7.1] what a key took along is forgotten wherever fingerprints stand', async () => {
  const { services } = aState();
  const { className } = await enrol(services.registry);
  const old = await services.keys.ensure(className, 1, 'open');
  const plan = await planForLeak(services, { scope: { className }, sinceMs: AT_MS });
  const incident = openedIncident({
    id: 'inc-1',
    plan,
    planHash: await services.plans.save(plan),
    startedBy: 'ada',
    confirmedAtMs: AT_MS,
    deadlineMs: 900_000,
    people: [],
  });
  await services.registry.openIncident(incident, []);
  const forgotten: string[] = [];
  const fingerprints = {
    ...services.fingerprints,
    forget: async (keyId: string) => void forgotten.push(keyId),
  };
  await sealIncident.invoke(
    { ...services, fingerprints },
    { v: 1, incidentId: 'inc-1' },
    { untilMs: Date.now() + 30_000 },
  );
  expect(forgotten).toEqual([old.id]);
});

test('[7.1] [7.4] after a break-glass nobody can say of the leaked value whose it was, and of the new one whoever asks', async () => {
  const world = await aWorld({ secrets: 2 });
  const { services } = world.state;
  const found = (secret: string) => ({ scanner: 'gitleaks', rule: 'r', file: 'f', secret, around: [] });
  const resultOf = async (secret: string) => {
    const caller = { user: 'ada', source: 'test' };
    const answer = await importLeaks.invoke(
      services,
      { v: 1, found: [found(secret)] },
      { untilMs: Date.now() + 30_000, caller },
    );
    return answer.judged[0]?.result;
  };
  expect(await resultOf('old-0')).toBe('incident');
  await world.breakGlass('values-leaked');
  expect(await resultOf('old-0')).toBe('candidate');
  const [secret] = await services.registry.secrets(world.refs.slice(0, 1));
  const name = { ref: world.refs[0] ?? 'vault://none', versionId: secret?.currentVersionId ?? '' };
  const [value = ''] = await services.store.read([name], 'worker');
  expect(await resultOf(value)).toBe('incident');
  const [first, next] = (await services.keys.list('payments')).map(({ id }) => id);
  const named = (await services.fingerprints.keys()).map(({ keyId }) => keyId);
  expect(named).not.toContain(first);
  expect(named).toContain(next);
});

test('[7.3] the packet does not call the reads complete of a class that lets them go on without the audit', async () => {
  const world = await aWorld();
  const { registry } = world.state.services;
  const completeUntil = async () => {
    const { id, packets } = await world.breakGlass();
    const file = join(pathsIn(world.home).packets, `${id}-${packets}.json`);
    const { payload } = JSON.parse(readFileSync(file, 'utf8')) as { payload: Packet };
    return payload.sources?.find(({ source }) => source === 'resolver')?.completeUntilMs;
  };
  expect(await completeUntil()).toEqual(expect.any(Number));
  const record = await registry.classNamed('payments');
  if (record === null) throw new Error('no class');
  const policy = { ...record.policy, reads: { withoutAudit: 'serve' as const } };
  await registry.applyEnrolment([{ put: { classes: [{ ...record, policy }] }, remove: {}, entries: [] }]);
  expect(await completeUntil()).toBeNull();
});
