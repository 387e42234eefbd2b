import { expect, test } from 'vitest';
import { RekeyError } from '../../../../shared/domain/errors.ts';
import { actions, button, context, message, section } from '../../../../shared/domain/slack/blocks.ts';
import { listed, moment, mrkdwn } from '../../../../shared/domain/slack/mrkdwn.ts';
import { sayHelp } from '../../../../shared/driver/slack/say/help.ts';
import { sayRefusal } from '../../../../shared/driver/slack/say/refusal.ts';

test.each([
  ['a mention of everybody', '<!channel>', '`&lt;!channel&gt;`'],
  ['one of a person', '<@U0ADA>', '`&lt;@U0ADA&gt;`'],
  ['a link under another name', '<https://evil.example|rekey>', '`&lt;https://evil.example|rekey&gt;`'],
  ['the end of its code span', '`*approved*`', '`ˋ*approved*ˋ`'],
  ['lines of its own', 'one\n*approved by ada*\r\u2028> two', '`one *approved by ada* &gt; two`'],
  ['letters that turn or hide others', 'a\u202Eb\u200Bc\u0000d', '`a b c d`'],
  ['what is escaped already', '&lt;!channel&gt;', '`&amp;lt;!channel&amp;gt;`'],
  ['nothing', ' \n\t', '–'],
])('[4.4] %s is shown, and is no markup', (_what, hostile, shown) => {
  expect(mrkdwn`by ${hostile}.`.text).toBe(`by ${shown}.`);
});

test('[4.4] what is too long is cut, whole characters at a time', () => {
  const { text } = mrkdwn`${'😀'.repeat(1_000)}`;
  expect(text).toBe(`\`${'😀'.repeat(799)}…\``);
});

test('numbers, and markup of our own, stand as they are', () => {
  expect(mrkdwn`*${3}* of ${mrkdwn`${'a'} and ${'b'}`}`.text).toBe('*3* of `a` and `b`');
  expect(listed(['a', 'b', 'c'], 2).text).toBe('`a`, `b`, 1 more');
  expect(moment(Date.UTC(2026, 10, 24, 3)).text).toBe(
    '<!date^1795489200^{date_short_pretty}, {time_secs}|2026-11-24T03:00:00Z>',
  );
});

test('[4.4] a refusal shows what somebody typed, and nobody is called by it', () => {
  const said = sayRefusal(
    new RekeyError({
      code: 'x',
      family: 'Validation',
      message: 'there is no class <!channel>\n*done*',
      safe: 'Nothing <@U1> was done.',
      next: ['/rekey `help`'],
    }),
  );
  const sent = JSON.stringify(said);
  expect(sent).toContain('&lt;!channel&gt;');
  expect(sent).not.toMatch(/<[!@#h]/);
  expect(sent.match(/(?<!\\n|"|ˋ)`/g)?.length).toBeGreaterThan(0);
});

test('a section holds whole lines, and counts the others', () => {
  const block = section(Array.from({ length: 500 }, (_, index) => mrkdwn`line ${index} ${'x'.repeat(20)}`));
  const text = block.type === 'section' ? block.text.text.text : '';
  expect(text.length).toBeLessThanOrEqual(3_000);
  const [last = ''] = text.split('\n').slice(-1);
  expect(last).toMatch(/^… \d+ more$/);
  expect(text.split('\n').length - 1 + Number(last.match(/\d+/)?.[0])).toBe(500);
});

test('[4.4] the words of a confirmation take no markup at all', () => {
  const asks = 'Rotate 3 secrets <!here> by *plan* `ab`?';
  const approve = button(
    { action: 'a', value: 'b', style: 'primary' },
    { label: 'Approve', title: 'Approve?', asks },
  );
  expect(approve.confirm.text).toEqual({ type: 'plain_text', text: 'Rotate 3 secrets here by plan ab?' });
  expect(actions([approve])).toEqual({ type: 'actions', elements: [approve] });
});

test('a message has no more blocks than Slack takes', () => {
  expect(() =>
    message(
      mrkdwn`x`,
      Array.from({ length: 51 }, () => section([])),
    ),
  ).toThrow(RangeError);
  expect(message(mrkdwn`x`, [context(mrkdwn`y`)]).blocks).toHaveLength(1);
  expect(JSON.stringify(sayHelp())).toContain('/rekey rotate');
});
