import { expect, test } from 'vitest';
import { BOT_TOKEN, putInSlack } from '../support/in-slack.ts';
import { SOON, serveInSlack } from '../support/served-slack.ts';
import { commandBody } from '../support/slack-bodies.ts';
import { SIGNING_SECRET, slackRequest } from '../support/slack-request.ts';
import { startSlack } from '../support/slack-server.ts';
import { putPeopleInSlack } from '../support/slack-world.ts';
import { aWorld } from '../support/world.ts';

/** Two secrets of a target in memory, whose class anybody of `oncall` may break the glass of in Slack. */
async function aServedWorkspace() {
  const slack = await startSlack();
  const world = await aWorld({ secrets: 2, rotation: { graceMs: 0 } });
  world.target.strategy = 'beside';
  const { services } = world.state;
  await putPeopleInSlack(services, { startInSlack: ['oncall'], groups: { joan: ['oncall'] } });
  await putInSlack(services, { channel: slack.channel });
  const served = await serveInSlack(world.home, slack, {
    rotators: { memory0: world.target.rotator('memory0') },
    notifier: { tell: async () => ({ state: 'confirmed' }) },
  });
  return { ...served, world, slack, requests: () => services.registry.requests() };
}

test('[4.3] [4.4] [7.2] in Slack one asks, another approves by a button, and the values are new and the old ones dead: no value stands in anything that was said', async () => {
  const served = await aServedWorkspace();
  const { world } = served;
  expect(await served.say('ada', 'rotate --class payments --reason quarterly')).toContain('Requested: ');
  await served.shows('Rotation of class `payments`: waits for approval');
  const approve = await served.button('Approve');

  expect(await served.click('ada', approve)).toContain('another person decides');
  expect((await served.requests())[0]).toMatchObject({ state: 'pending' });
  const first = await served.click('grace', approve);
  expect(first).toContain('You approved');
  await served.shows('Rotation of class `payments`: done');
  expect(await served.click('grace', approve)).toContain('You approved');
  const [request, ...others] = await served.requests();
  expect(others).toEqual([]);
  expect(request?.decisions).toMatchObject([{ person: 'grace', decision: 'approve', way: 'slack' }]);
  expect(await world.fates()).toEqual({ live: 2, 'revoked-proven': 2 });
  await expect
    .poll(served.replies, SOON)
    .toEqual([
      'requested by `ada`',
      expect.stringMatching(/^`ada`: \*does not count\*/) as string,
      'approved by `grace`',
      'begun',
      'gone through',
    ]);

  const values = await Promise.all([world.value(0), world.value(1)]);
  const canaries = [...values, 'old-0', 'old-1', world.target.adminPassword, SIGNING_SECRET, BOT_TOKEN];
  const everything = await served.everything();
  expect(everything).toContain('quarterly');
  for (const canary of canaries) expect(everything).not.toContain(canary);
});

test('[F.1] forged, stale and replayed requests are refused, and nothing comes of them', async () => {
  const served = await aServedWorkspace();
  const words = 'rotate --class payments --reason quarterly';
  const forged = slackRequest(commandBody(words), Date.now(), 'another secret');
  const stale = slackRequest(commandBody(words), Date.now() - 301_000);
  expect(await served.send(forged)).toBe(401);
  expect(await served.send(stale)).toBe(401);
  const good = served.commanding('ada', words);
  expect(await served.send(good)).toBe(200);
  expect(await served.send(good)).toBe(401);
  await expect.poll(() => served.slack.answers.length, SOON).toBe(1);
  await served.shows('Rotation of class `payments`: waits for approval');
  expect(await served.requests()).toHaveLength(1);

  const approve = served.clicking('grace', await served.button('Approve'));
  expect(await served.send({ ...approve, body: Buffer.concat([approve.body, Buffer.from('&x=1')]) })).toBe(
    401,
  );
  expect((await served.requests())[0]).toMatchObject({ state: 'pending', decisions: [] });
  expect(served.said.filter((line) => line.startsWith('refused:'))).toHaveLength(4);
});

test('[7.2] [5.4] in Slack one proposes a break-glass, somebody of the policy’s group starts it, and its message shows every old credential proven dead', async () => {
  const served = await aServedWorkspace();
  expect(await served.say('ada', 'break-glass --class payments --cause values-leaked')).toContain(
    'Proposed, and not started',
  );
  const start = await served.button('Break the glass');
  expect(await served.click('ada', start)).toContain('and not ada');
  expect(await served.click('joan', start)).toContain('The glass is broken');
  await served.shows('Break-glass of class `payments`: over');
  expect(await served.world.fates()).toEqual({ live: 2, 'revoked-proven': 2 });
  expect(await served.click('joan', start)).toContain('The glass is broken');
  expect(await served.world.state.services.registry.incidents()).toHaveLength(1);
});
