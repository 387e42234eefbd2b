import { expect, test } from 'vitest';
import { ACTION_IDS, type Click, readClick, valueOf } from '../../../../shared/domain/slack/click.ts';

const HASH = 'ab'.repeat(32);

test('[F.1] a button says what was shown: the request and its plan, or the plan and since when it is proposed', () => {
  const clicks: readonly Click[] = [
    { action: 'approve', requestId: 'req-1', planHash: HASH },
    { action: 'deny', requestId: 'req-1', planHash: HASH },
    { action: 'break-glass', planHash: HASH, proposedAtMs: Date.UTC(2026, 10, 24) },
  ];
  expect(clicks.map((click) => readClick(ACTION_IDS[click.action], valueOf(click)))).toEqual(clicks);
});

test.each([
  ['rekey-approve', ''],
  ['rekey-approve', 'req-1'],
  ['rekey-approve', `req-1 ${HASH.slice(1)}`],
  ['rekey-approve', `req 1 ${HASH}`],
  ['rekey-break-glass', `${HASH} soon`],
  ['rekey-break-glass', `req-1 ${HASH}`],
  ['rekey-restore', `req-1 ${HASH}`],
  ['constructor', `req-1 ${HASH}`],
])('[F.1] what no button of ours says is refused: %s %s', (action, value) => {
  expect(() => readClick(action, value)).toThrow(expect.objectContaining({ code: 'slack-button' }));
});
