import { expect, test } from 'vitest';
import { actOnInbox } from '../../local/slack/act.ts';
import { runSlack } from '../../local/slack/run.ts';
import { type LocalSlackServices, slackServices } from '../../local/slack/services.ts';
import { createSlackShow } from '../../local/slack/show.ts';
import { aSlackWorld } from '../support/slack-world.ts';

const ROTATE = 'rotate --class payments --reason quarterly';

/** As `rekey serve` has it, with the world's own chat; whatever fails is kept. */
async function aServedSlack() {
  const slack = await aSlackWorld();
  const services: LocalSlackServices = { ...slackServices(slack.state), ...slack.services };
  const failed: unknown[] = [];
  const { inbox } = services;
  return {
    slack,
    services,
    failed,
    onFailed: (error: unknown) => void failed.push(error),
    said: (name: string, text: string) => inbox.hand(slack.saying(name, text)),
    answers: () => slack.told.map(({ text }) => text),
  };
}

test('[4.4] what was said is done once, the oldest first; done again by whoever was killed before he noted it, it comes to the same', async () => {
  const { slack, services, said, onFailed, answers } = await aServedSlack();
  await said('ada', ROTATE);
  await said('ada', 'status');
  const { inbox } = services;
  const killed = { ...services, inbox: { ...inbox, acted: killedBefore } };
  await expect(actOnInbox(killed, onFailed)).rejects.toThrow('killed');
  await actOnInbox(services, onFailed);
  await actOnInbox(services, onFailed);
  expect(await slack.services.registry.requests()).toHaveLength(1);
  expect(answers()).toHaveLength(3);
  expect(answers()[1]).toBe(answers()[0]);
});

function killedBefore(): never {
  throw new Error('killed');
}

test('[4.4] what nobody foresaw is answered, told to whoever operates it, and holds up nothing that was said after it', async () => {
  const { slack, services, said, failed, onFailed, answers } = await aServedSlack();
  await said('ada', ROTATE);
  await said('ada', 'help');
  const broken = { ...services.registry, classNamed: async () => Promise.reject(new Error('broken')) };
  await actOnInbox({ ...services, registry: broken }, onFailed);
  await actOnInbox(services, onFailed);
  expect(failed).toHaveLength(1);
  expect(answers()).toHaveLength(2);
  expect(await slack.services.registry.requests()).toEqual([]);
});

test('[5.5] Slack is shown what is new at once, and what changes by time alone every fifteen seconds', async () => {
  const { slack, services, said, onFailed } = await aServedSlack();
  const { audit } = services;
  let looks = 0;
  const registry = {
    ...services.registry,
    slack: () => {
      looks += 1;
      return services.registry.slack();
    },
  };
  const show = createSlackShow({ ...services, registry });
  await show();
  await show();
  expect(looks).toBe(1);
  slack.clock.ms += 1_000;
  await said('ada', ROTATE);
  await actOnInbox(services, onFailed);
  await audit.chainPending();
  await show();
  expect(slack.roots()).toHaveLength(1);
  expect(looks).toBe(2);
  slack.clock.ms += 14_999;
  await show();
  expect(looks).toBe(2);
  slack.clock.ms += 1;
  await show();
  expect(looks).toBe(3);
});

test('[4.4] a Slack that cannot be shown anything holds up no answer', async () => {
  const { services, said, failed, answers } = await aServedSlack();
  await said('ada', 'help');
  const ending = new AbortController();
  const audit = { ...services.audit, head: async () => Promise.reject(new Error('broken')) };
  // A turn for each wait: what is awaited elsewhere goes on meanwhile.
  const clock = {
    nowMs: () => services.clock.nowMs(),
    sleep: async () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
  const running = runSlack(
    { ...services, audit, clock },
    { signal: ending.signal, onFailed: (e) => failed.push(e) },
  );
  await expect.poll(answers).toHaveLength(1);
  await expect.poll(() => failed.length).toBeGreaterThan(1);
  ending.abort();
  await running;
});
