import { describe, expect, test } from 'vitest';
import { verifySignature } from '../../../../shared/domain/slack/signature.ts';
import { SIGNING_SECRET, slackRequest } from '../../../support/slack-request.ts';

const NOW = Date.UTC(2026, 10, 24, 3);
const BODY = 'command=%2Frekey&text=status&user_id=U0ADA';

function refusal(request = slackRequest(BODY, NOW), nowMs = NOW, secret = SIGNING_SECRET): string {
  try {
    verifySignature(request, secret, nowMs);
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('[F.1] a request of Slack', () => {
  /** "Verifying requests from Slack", Slack's documentation: secret, time, body and signature as they stand there. */
  const PUBLISHED = {
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    atMs: 1_531_420_618_000,
    body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    signature: 'a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  };

  test('is taken as Slack’s published example is', () => {
    const { secret, atMs, body, signature } = PUBLISHED;
    const request = {
      headers: {
        'x-slack-request-timestamp': String(atMs / 1_000),
        'x-slack-signature': `v0=${signature}`,
      },
      body: Buffer.from(body),
    };
    expect(verifySignature(request, secret, atMs)).toEqual({ signature, staleAtMs: atMs + 300_000 });
    expect(refusal(request, atMs, `${secret}!`)).toBe('slack-forged');
  });

  test('is taken by the bytes that came, not by what a decoder makes of them', () => {
    expect(refusal(slackRequest(Buffer.from([0xff, 0x00, 0xfe]), NOW))).toBe('taken');
  });

  test('has one signature, however its header is written', () => {
    const request = slackRequest(BODY, NOW);
    const shouted = request.headers['x-slack-signature']?.toUpperCase() ?? '';
    const again = { ...request, headers: { ...request.headers, 'x-slack-signature': shouted } };
    expect(verifySignature(again, SIGNING_SECRET, NOW)).toEqual(
      verifySignature(request, SIGNING_SECRET, NOW),
    );
  });

  test('is refused with an altered body, time or signature, or signed by another', () => {
    const request = slackRequest(BODY, NOW);
    const withHeader = (name: string, value: string) => ({
      ...request,
      headers: { ...request.headers, [name]: value },
    });
    const { 'x-slack-signature': signature = '' } = request.headers;
    expect([
      refusal({ ...request, body: Buffer.from(`${BODY}&x=1`) }),
      refusal(withHeader('x-slack-request-timestamp', String(NOW / 1_000 + 1))),
      refusal(withHeader('x-slack-request-timestamp', `0${NOW / 1_000}`)),
      refusal(
        withHeader(
          'x-slack-signature',
          signature.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
        ),
      ),
      refusal(slackRequest(BODY, NOW, 'another')),
    ]).toEqual(Array.from({ length: 5 }, () => 'slack-forged'));
  });

  test.each([
    ['x-slack-signature', undefined],
    ['x-slack-signature', ''],
    ['x-slack-signature', 'v0='],
    ['x-slack-signature', 'v1=00'],
    ['x-slack-signature', `v0=${'0'.repeat(64)}, v0=${'0'.repeat(64)}`],
    ['x-slack-request-timestamp', undefined],
    ['x-slack-request-timestamp', ''],
    ['x-slack-request-timestamp', '-1'],
    ['x-slack-request-timestamp', '1e9'],
    ['x-slack-request-timestamp', 'now'],
  ])('is refused with %s: %s', (name, value) => {
    const request = slackRequest(BODY, NOW);
    expect(refusal({ ...request, headers: { ...request.headers, [name]: value } })).toBe('slack-unsigned');
  });

  test('holds for five minutes, both ways, to the second', () => {
    const request = slackRequest(BODY, NOW);
    expect([-300_001, -300_000, 0, 300_000, 300_001].map((offMs) => refusal(request, NOW + offMs))).toEqual([
      'slack-from-the-future',
      'taken',
      'taken',
      'taken',
      'slack-stale',
    ]);
  });

  test('is vouched for by nobody where the secret is empty', () => {
    expect(refusal(slackRequest(BODY, NOW, ''), NOW, '')).toBe('slack-secret-empty');
  });
});
