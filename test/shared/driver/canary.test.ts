import { describe, expect, test } from 'vitest';
import { observeDenial } from '../../../functions/observe-denial/handler.ts';
import { createCanary } from '../../../shared/driver/canary.ts';
import { changeIncident } from '../../../shared/driver/change-incident.ts';
import { createResolver } from '../../../shared/driver/resolver.ts';
import { aWorld } from '../../support/world.ts';

/** A canary where the store serves everybody, and whether it was asked for what nobody lets it ask. */
async function aCanary(answersTheForbidden: boolean) {
  const world = await aWorld();
  const { services } = world.state;
  const asked: string[] = [];
  const canary = createCanary(createResolver(services), services, async (keyId) => {
    asked.push(keyId);
    return answersTheForbidden;
  });
  return { world, services, canary, asked, ref: 'vault://prod/payments/s0' as const };
}

describe('[7.2] a canary that is still served', () => {
  test('asks what nobody lets it ask, of the key that its value is under: answered, nothing is enforced', async () => {
    const { services, canary, asked, ref } = await aCanary(true);
    expect(await canary.underKey(ref)).toEqual({ state: 'unenforced' });
    const [key] = await services.keys.list('payments');
    expect(asked).toEqual([key?.id]);
  });

  test('refused that, it goes on waiting for its denial', async () => {
    const { canary, ref } = await aCanary(false);
    expect(await canary.underKey(ref)).toEqual({ state: 'allowed' });
  });

  test('is asked nothing more where it was denied', async () => {
    const { services, canary, asked, ref } = await aCanary(true);
    const [key] = await services.keys.list('payments');
    await services.keys.close(key?.id ?? '');
    expect(await canary.underKey(ref)).toEqual({ state: 'denied', code: 'key-closed' });
    expect(asked).toEqual([]);
  });
});

test('[7.2] a layer that nothing enforces is called so: it neither holds containment up nor counts as seen', async () => {
  const { world, services } = await aCanary(true);
  const incident = await world.breakGlass('reader-compromised');
  // As before its first look.
  await changeIncident(services, incident.id, (before) => ({ incident: { ...before, layers: [] } }));
  const canary = createCanary(createResolver(services), services, async () => true);
  for (const key of await services.keys.list('payments'))
    if (key.state === 'closed') await services.keys.open(key.id);
  const context = { untilMs: Number.MAX_SAFE_INTEGER };
  const looked = await observeDenial.invoke(
    { ...services, canary },
    { v: 1, incidentId: incident.id },
    context,
  );
  expect(looked.observed).toBe(true);
  const { layers = [] } = (await services.registry.incident(incident.id)) ?? {};
  expect(layers.filter(({ layer }) => layer !== 'target').map(({ layer, state }) => [layer, state])).toEqual(
    expect.arrayContaining([
      ['resolver', 'observed'],
      ['key', 'not-enforceable'],
    ]),
  );
});
