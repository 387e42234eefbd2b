import { expect, test } from 'vitest';
import { aWorld } from '../support/world.ts';

test('[5.4] what one break-glass set aside for a person is re-issued by the next, which has its own reason', async () => {
  const world = await aWorld({ secrets: 2 });
  const { registry } = world.state.services;
  const [old] = await registry.versions({ refs: world.refs });
  const secret = await world.secret();
  if (old === undefined) throw new Error('no version');
  const lost = { token: secret.fencing, secret, deliveries: [], entries: [] };
  await registry.record([{ ...lost, versions: [{ ...old, valueHeld: false }] }]);
  await world.breakGlass();
  expect((await world.secret()).rotation?.parked).toMatchObject({ code: 'value-unknown', sweepable: false });
  const leaked = world.target.roles.get('r0')?.password ?? '';
  const second = await world.breakGlass();
  expect((await world.secret()).epoch).toBe(second.epoch);
  expect(world.target.login('r0', leaked)).toBe('refused');
});
