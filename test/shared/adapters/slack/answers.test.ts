import { expect, test } from 'vitest';
import { createSlackAnswers } from '../../../../shared/adapters/slack/answers.ts';
import { sayHelp } from '../../../../shared/driver/slack/say/help.ts';
import { startSlack } from '../../../support/slack-server.ts';

test('[4.4] an answer is for one person; in place of a message it is for all', async () => {
  const { url, answersAt, answers } = await startSlack();
  const slack = createSlackAnswers(url);
  expect(await slack.answer(answersAt, sayHelp())).toBe(true);
  expect(await slack.replace(answersAt, sayHelp())).toBe(true);
  expect(answers).toMatchObject([
    { response_type: 'ephemeral', replace_original: false, text: 'What Rekey does in Slack' },
    { replace_original: true, text: 'What Rekey does in Slack' },
  ]);
  expect(answers[1]).not.toHaveProperty('response_type');
});

test('[F.1] it goes to Slack and nowhere else, whatever an address says', async () => {
  const { url, answersAt, received } = await startSlack();
  expect(await createSlackAnswers().answer(answersAt, sayHelp())).toBe(false);
  const slack = createSlackAnswers('https://hooks.slack.com');
  for (const elsewhere of [
    'http://169.254.169.254/latest/meta-data/',
    'https://hooks.slack.com.evil.example/x',
    `https://hooks.slack.com@${new URL(url).host}/answers/1`,
    'http://hooks.slack.com/x',
    'no address',
  ])
    expect(await slack.answer(elsewhere, sayHelp())).toBe(false);
  expect(received).toEqual([]);
});

test.each([
  ['refuses', { status: 404 }],
  ['hangs up', 'cut' as const],
  ['points elsewhere', { status: 302, headers: { location: '/answers/2' } }],
])('[injected] a Slack that %s: nothing is thrown, and nobody else is told', async (_what, fault) => {
  const { url, answersAt, answers, fail } = await startSlack();
  fail([fault]);
  expect(await createSlackAnswers(url).answer(answersAt, sayHelp())).toBe(false);
  expect(answers).toEqual([]);
});
