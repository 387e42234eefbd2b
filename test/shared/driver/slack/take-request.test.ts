import { expect, test } from 'vitest';
import { createSqliteSeenRequests } from '../../../../local/sqlite/seen-requests.ts';
import { takeRequest } from '../../../../shared/driver/slack/take-request.ts';
import { FrozenClock } from '../../../support/clock.ts';
import { SIGNING_SECRET, slackRequest } from '../../../support/slack-request.ts';
import { aState } from '../../../support/state.ts';

const BODY = 'command=%2Frekey&text=status&user_id=U0ADA';

function anEndpoint() {
  const clock = new FrozenClock();
  const seen = createSqliteSeenRequests(aState().database, clock);
  return {
    clock,
    take: (request = slackRequest(BODY, clock.ms)) => takeRequest({ seen, clock }, request, SIGNING_SECRET),
  };
}

test('[F.1] a request is taken once: replayed it is refused, for as long as its time would let it in', async () => {
  const { clock, take } = anEndpoint();
  // As far ahead as Slack's clock may be: the same request is of the right time for ten minutes.
  const request = slackRequest(BODY, clock.ms + 300_000);
  await take(request);
  await expect(take(request)).rejects.toMatchObject({ family: 'Denied', code: 'slack-replayed' });
  clock.ms += 600_000;
  await expect(take(request)).rejects.toMatchObject({ code: 'slack-replayed' });
  clock.ms += 1;
  await expect(take(request)).rejects.toMatchObject({ code: 'slack-stale' });
});

test('[F.1] written another way it is the same request', async () => {
  const { take, clock } = anEndpoint();
  const request = slackRequest(BODY, clock.ms);
  await take(request);
  const shouted = { 'x-slack-signature': request.headers['x-slack-signature']?.toUpperCase() };
  await expect(take({ ...request, headers: { ...request.headers, ...shouted } })).rejects.toMatchObject({
    code: 'slack-replayed',
  });
});

test('[F.1] what Slack sends once more, at a later time, is a request of its own', async () => {
  const { clock, take } = anEndpoint();
  await take();
  clock.ms += 1_000;
  await expect(take()).resolves.toBeUndefined();
});

test('[F.1] a forged one leaves nothing behind: whoever knows a signature beforehand blocks nobody', async () => {
  const { clock, take } = anEndpoint();
  const request = slackRequest(BODY, clock.ms);
  await expect(take({ ...request, body: Buffer.from('x') })).rejects.toMatchObject({ code: 'slack-forged' });
  await expect(take(request)).resolves.toBeUndefined();
});
