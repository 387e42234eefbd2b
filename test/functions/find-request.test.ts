import { expect, test } from 'vitest';
import { findRequest } from '../../functions/find-request/handler.ts';
import { FrozenClock } from '../support/clock.ts';
import { aRequestWorld, decideByIam, requestAs, requestIn } from '../support/request-world.ts';

test('[5.4] people are waited for to the request’s own end, a minute at least, and not once it is decided', async () => {
  const clock = new FrozenClock();
  const world = await aRequestWorld({ clock });
  const requestId = await requestAs(world, 'ada');
  const find = () =>
    findRequest.invoke(world.state.services, { v: 1, requestId }, { untilMs: Number.MAX_SAFE_INTEGER });
  expect(await find()).toMatchObject({ waits: true, lifeSeconds: 86_400 });
  clock.ms = (await requestIn(world, requestId)).expiresAtMs - 1_500;
  expect(await find()).toMatchObject({ waits: true, lifeSeconds: 60 });
  await decideByIam(world, 'grace', requestId);
  expect(await find()).toMatchObject({ waits: false });
});
