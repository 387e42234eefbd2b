import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createSqliteSeenRequests } from '../../local/sqlite/seen-requests.ts';
import { createSqliteSlackInbox } from '../../local/sqlite/slack-inbox.ts';
import type { State } from '../../local/state.ts';
import type { SignedRequest } from '../../shared/domain/slack/signature.ts';
import type { Needs } from '../../shared/driver/services.ts';
import { HeldClock } from '../support/held-clock.ts';
import { putInSlack } from '../support/in-slack.ts';
import { clickBody, commandBody } from '../support/slack-bodies.ts';
import { slackRequest } from '../support/slack-request.ts';
import { aState } from '../support/state.ts';

export type EndpointServices = Needs<'registry' | 'store' | 'seen' | 'inbox' | 'clock'>;

export interface SlackEndpointUnderTest {
  readonly ask: (request: SignedRequest) => Promise<{ readonly status: number; readonly text: string }>;
}

/** What the endpoint keeps to, wherever it stands. */
export function describeSlackEndpoint(
  name: string,
  create: (services: EndpointServices) => Promise<SlackEndpointUnderTest>,
): void {
  async function anEndpoint(change: (services: EndpointServices) => Partial<EndpointServices> = () => ({})) {
    const state: State = aState();
    await putInSlack(state.services);
    const clock = new HeldClock();
    const inbox = createSqliteSlackInbox(state.database, clock);
    const { registry, store } = state.services;
    const services = { registry, store, clock, inbox, seen: createSqliteSeenRequests(state.database, clock) };
    const { ask } = await create({ ...services, ...change(services) });
    const status = async (request: SignedRequest) => (await ask(request)).status;
    return { state, clock, ask, status, waiting: () => inbox.waiting() };
  }

  describe(`Slack endpoint ${name}`, () => {
    test('[F.1] what Slack sends is handed over, and answered with nothing', async () => {
      const { clock, ask, waiting } = await anEndpoint();
      expect(await ask(slackRequest(commandBody('status'), clock.ms))).toEqual({ status: 200, text: '' });
      expect(await ask(slackRequest(clickBody({ action_id: 'a', value: 'b' }), clock.ms))).toEqual({
        status: 200,
        text: '',
      });
      expect(waiting()).toMatchObject([
        { kind: 'command', text: 'status', atMs: clock.ms },
        { kind: 'click', action: 'a', value: 'b' },
      ]);
    });

    test('[F.1] forged, stale, from the future, replayed, altered, unsigned: refused, with nothing said and nothing handed over', async () => {
      const { clock, ask, waiting } = await anEndpoint();
      const good = slackRequest(commandBody('status'), clock.ms);
      await ask(good);
      const { 'x-slack-signature': _signature, ...unsigned } = slackRequest(
        commandBody('x'),
        clock.ms,
      ).headers;
      const refused: readonly SignedRequest[] = [
        slackRequest(commandBody('forged'), clock.ms, 'another secret'),
        slackRequest(commandBody('stale'), clock.ms - 301_000),
        slackRequest(commandBody('from the future'), clock.ms + 301_000),
        good,
        { ...slackRequest(commandBody('altered'), clock.ms), body: Buffer.from(commandBody('by hand')) },
        { headers: unsigned, body: Buffer.from(commandBody('unsigned')) },
      ];
      for (const request of refused) expect(await ask(request)).toEqual({ status: 401, text: '' });
      expect(waiting()).toHaveLength(1);
    });

    test('[F.1] what Slack sends once more changes nothing', async () => {
      const { clock, status, waiting } = await anEndpoint();
      const body = commandBody('rotate --class payments --reason quarterly');
      expect(await status(slackRequest(body, clock.ms))).toBe(200);
      clock.pass(10_000);
      const { headers, ...request } = slackRequest(body, clock.ms);
      const again = { ...headers, 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' };
      expect(await status({ ...request, headers: again })).toBe(200);
      expect(waiting()).toHaveLength(1);
    });

    test('[F.1] what is nothing of ours is taken, and forgotten', async () => {
      const { clock, status, waiting } = await anEndpoint();
      expect(await status(slackRequest('ssl_check=1', clock.ms))).toBe(200);
      expect(waiting()).toEqual([]);
    });

    test('[F.1] it is answered in time, whatever holds it up', async () => {
      const stuck = new Promise<never>(() => undefined);
      const { clock, status } = await anEndpoint(() => ({ inbox: { hand: async () => stuck } }));
      let answered: number | undefined;
      const asked = status(slackRequest(commandBody('status'), clock.ms)).then((said) => {
        answered = said;
      });
      onTestFinished(() => clock.pass(10_000));
      await vi.waitFor(() => expect(clock.sleepers).toBe(1));
      clock.pass(2_499);
      expect(answered).toBeUndefined();
      clock.pass(1);
      await asked;
      expect(answered).toBe(503);
    });

    test('[F.1] where nobody takes it over, that is not passed over', async () => {
      const { clock, status } = await anEndpoint(() => ({
        inbox: { hand: async () => Promise.reject(new Error('the disk is full')) },
      }));
      expect(await status(slackRequest(commandBody('status'), clock.ms))).toBe(503);
    });

    test('[1.5] the signing secret is read by its reference, for a minute at a time; a new one holds from then on', async () => {
      let reads = 0;
      const { state, clock, status } = await anEndpoint(({ store }) => ({
        store: {
          ...store,
          read: async (...asked) => {
            reads += 1;
            return store.read(...asked);
          },
        },
      }));
      const ask = (secret?: string) => status(slackRequest(commandBody('status'), clock.ms, secret));
      expect([await ask(), await ask()]).toEqual([200, 200]);
      expect(reads).toBe(1);
      await putInSlack(state.services, { signingSecret: 'put anew' });
      clock.pass(60_000);
      expect([await ask(), await ask('put anew')]).toEqual([401, 200]);
      expect(reads).toBe(2);
    });

    test('[7.2] it takes nothing while the class of its secret is closed to readers, nor where Rekey is in no Slack', async () => {
      const { state, clock, status } = await anEndpoint();
      const { keys, registry } = state.services;
      for (const key of await keys.list('chat')) await keys.close(key.id);
      expect(await status(slackRequest(commandBody('status'), clock.ms))).toBe(503);
      await registry.applyEnrolment([{ put: {}, remove: { slack: ['slack'] }, entries: [] }]);
      expect(await status(slackRequest(commandBody('status'), clock.ms))).toBe(503);
    });
  });
}
