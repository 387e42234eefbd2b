import { expect, test } from 'vitest';
import { LONGEST_TEXT, readMessage } from '../../../../shared/domain/slack/message.ts';
import { clickBody, commandBody, TEAM } from '../../../support/slack-bodies.ts';

const read = (body: string) => readMessage(Buffer.from(body), 7);

test('[F.1] a command and a click are read from what Slack sends, and nothing else of it is kept', () => {
  expect(read(commandBody('status & more'))).toEqual({
    v: 1,
    atMs: 7,
    id: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    kind: 'command',
    team: TEAM,
    user: 'U0ADA',
    answerTo: 'https://hooks.slack.com/commands/T0REKEY/1/abc',
    text: 'status & more',
  });
  expect(read(clickBody({ action_id: 'rekey-approve', value: 'req-1 aa' }))).toEqual({
    v: 1,
    atMs: 7,
    id: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    kind: 'click',
    team: TEAM,
    user: 'U0ADA',
    answerTo: 'https://hooks.slack.com/commands/T0REKEY/1/abc',
    channel: 'C0REKEY',
    message: '1732417200.000100',
    action: 'rekey-approve',
    value: 'req-1 aa',
  });
});

test('[F.1] what Slack sends once more is the same message, what a person says once more is another', () => {
  const body = commandBody('status');
  expect(read(body)?.id).toBe(read(body)?.id);
  expect(read(commandBody('status'))?.id).not.toBe(read(body)?.id);
});

test('[F.1] who clicks in a shared channel is of his own workspace, not of the message’s', () => {
  const body = clickBody({ action_id: 'a', value: 'b' }, { team: 'T0OTHER' });
  const mixed = body.replace(
    encodeURIComponent('"team":{"id":"T0OTHER"'),
    encodeURIComponent('"team":{"id":"T0REKEY"'),
  );
  expect(mixed).not.toBe(body);
  expect(read(mixed)?.team).toBe('T0OTHER');
});

test('[F.1] a text is cut one character after it is too long', () => {
  expect(read(commandBody('x'.repeat(5_000)))).toMatchObject({ text: 'x'.repeat(LONGEST_TEXT + 1) });
});

test.each([
  ['nothing', ''],
  ['bytes', Buffer.from([0xff, 0xfe]).toString('latin1')],
  ['a look whether the certificate is good', 'ssl_check=1&token=x'],
  ['another command', commandBody('status').replace('%2Frekey', '%2Fother')],
  ['a user that is none', commandBody('status', { user: '<!channel>' })],
  ['no place for an answer', commandBody('status', { answerTo: 'file:///etc/passwd' })],
  ['a payload that is no JSON', 'payload=%7B'],
  ['a payload of null', 'payload=null'],
  [
    'another payload',
    new URLSearchParams({ payload: JSON.stringify({ type: 'view_submission' }) }).toString(),
  ],
  ['a value beyond any of ours', clickBody({ action_id: 'rekey-approve', value: 'x'.repeat(301) })],
])('[F.1] %s is nothing of ours', (_what, body) => {
  expect(read(body)).toBeNull();
});
