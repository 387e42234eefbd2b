import { describe, expect, test } from 'vitest';
import { assigned, closed } from '../../shared/domain/case/steps.ts';
import { changeCase } from '../../shared/driver/change-case.ts';
import { gatherFindings } from '../../shared/driver/gather-findings.ts';
import type { Chat } from '../../shared/ports/chat.ts';
import { aFinding } from '../contracts/cases.ts';
import { aNoticeDelivery } from '../contracts/records.ts';
import { aSlackWorld } from '../support/slack-world.ts';

const ROTATE = 'rotate --class payments --reason quarterly';
const BREAK = 'break-glass --class payments --cause values-leaked';
const STARTERS = { startInSlack: ['oncall'], groups: { grace: ['oncall'] } } as const;

async function requested(options: Parameters<typeof aSlackWorld>[0] = {}) {
  const slack = await aSlackWorld(options);
  await slack.say('ada', ROTATE);
  const [request] = await slack.services.registry.requests();
  if (request === undefined) throw new Error('there is no request');
  return { slack, request };
}

describe('[5.5] Slack shows a request', () => {
  test('in one message that is kept up to date, with its history in its thread', async () => {
    const { slack, request } = await requested({ approval: { approvers: 2 } });
    expect(await slack.follow()).toEqual({ v: 1, left: 0 });
    const [message] = slack.roots();
    expect(message?.text).toBe('Rotation of class `payments`: waits for approval');
    expect(JSON.stringify(message)).toContain('needs *2* more approvals');
    expect(slack.replies()).toEqual(['requested by `ada`']);

    const { Approve } = slack.buttons();
    if (Approve === undefined) throw new Error('there is no button');
    await slack.click('grace', Approve);
    await slack.follow();
    expect(JSON.stringify(slack.roots())).toContain('needs *1* more approval');
    await slack.click('barbara', Approve);
    await slack.follow();
    expect(slack.roots().map(({ ts, text }) => [ts, text])).toEqual([
      [message?.ts, 'Rotation of class `payments`: approved'],
    ]);
    expect(slack.replies()).toEqual(['requested by `ada`', 'approved by `grace`', 'approved by `barbara`']);
    expect(Object.keys(slack.buttons())).toEqual(['Deny']);
    expect(JSON.stringify(slack.roots())).toContain(request.planHash);
  });

  test('made by any way, until it is over; then it is left alone', async () => {
    const { slack } = await requested();
    await slack.follow();
    const { Deny } = slack.buttons();
    if (Deny === undefined) throw new Error('there is no button');
    await slack.click('grace', Deny);
    await slack.follow();
    expect(slack.roots().map(({ text }) => text)).toEqual(['Rotation of class `payments`: declined']);
    expect(slack.buttons()).toEqual({});
    expect(await slack.live.open()).toEqual([]);
    const calls = slack.chat.calls.length;
    await slack.follow();
    expect(slack.chat.calls).toHaveLength(calls);
  });

  test('and what does not count, but no second click', async () => {
    const { slack } = await requested();
    await slack.follow();
    const { Approve } = slack.buttons();
    if (Approve === undefined) throw new Error('there is no button');
    await slack.click('ada', Approve);
    await slack.click('grace', Approve);
    await slack.click('grace', Approve);
    await slack.follow();
    expect(slack.replies()).toEqual([
      'requested by `ada`',
      expect.stringMatching(/^`ada`: \*does not count\* \(`own-request, by slack/) as string,
      'approved by `grace`',
    ]);
  });

  test('that expires, although nobody says anything', async () => {
    const { slack, request } = await requested({ approval: { lifetimeMs: 3_600_000 } });
    await slack.follow();
    slack.clock.ms = request.expiresAtMs;
    await slack.follow();
    expect(slack.roots().map(({ text }) => text)).toEqual(['Rotation of class `payments`: expired']);
    expect(slack.buttons()).toEqual({});
  });
});

describe('[5.4] Slack shows an incident', () => {
  test('in the message of its proposal, until every old credential is proven dead', async () => {
    const slack = await aSlackWorld(STARTERS);
    await slack.say('ada', BREAK);
    await slack.follow();
    const [proposal] = slack.roots();
    const button = slack.buttons()['Break the glass'];
    if (button === undefined) throw new Error('there is no button');
    await slack.click('grace', button);
    await slack.carryOn();
    await slack.follow();
    const [message, ...others] = slack.roots();
    expect(others).toEqual([]);
    expect(message?.ts).toBe(proposal?.ts);
    expect(message?.text).toBe('Break-glass of class `payments`: over');
    expect(JSON.stringify(message)).toContain('proven dead: *2* of *2*');
    expect(slack.buttons()).toEqual({});
    expect(slack.replies()[0]).toContain('grace broke the glass of class payments');
    expect(slack.replies().at(-1)).toContain('The incident is over');
    expect(await slack.live.open()).toEqual([]);
  });

  test('that was started by command, and waits for people', async () => {
    const slack = await aSlackWorld();
    const incident = await slack.breakGlass('unknown');
    await slack.follow();
    const [message] = slack.roots();
    expect(message?.text).toBe('Break-glass of class `payments`: closed until people sign');
    expect(JSON.stringify(message)).toContain(`rekey reopen ${incident.id} --person NAME`);
    expect(await slack.live.open()).toHaveLength(1);
    expect(slack.replies().length).toBeGreaterThan(1);
  });

  test('but no proposal of one in two messages: who proposes the same again renews it', async () => {
    const slack = await aSlackWorld(STARTERS);
    await slack.say('ada', BREAK);
    await slack.follow();
    slack.clock.ms += 1_800_000;
    await slack.say('barbara', BREAK);
    await slack.follow();
    expect(slack.roots()).toHaveLength(1);
    expect(slack.roots()[0]?.text).toContain('`barbara` proposes');
    // And once it was over, it is a new one.
    slack.clock.ms += 3_600_000;
    await slack.follow();
    await slack.say('ada', BREAK);
    await slack.follow();
    expect(slack.roots().map(({ text }) => text.slice(0, 9))).toEqual(['`barbara`', '`ada` pro']);
    expect(Object.keys(slack.buttons())).toEqual(['Break the glass']);
  });
});

describe('[5.5] where Slack takes nothing', () => {
  const later = (afterMs: number) => ({ outcome: 'later' as const, afterMs, message: 'Slack asked to wait' });

  test('nothing waits for it, nobody follows before it said, and then all of it is shown, in its order', async () => {
    const { slack } = await requested();
    slack.chat.next(later(30_000));
    expect((await slack.follow()).left).toBeGreaterThan(0);
    expect(slack.chat.calls).toEqual(['post']);
    slack.clock.ms += 29_999;
    await slack.follow();
    expect(slack.chat.calls).toEqual(['post']);
    slack.clock.ms += 2;
    expect(await slack.follow()).toEqual({ v: 1, left: 0 });
    expect(slack.roots()).toHaveLength(1);
    expect(slack.replies()).toEqual(['requested by `ada`']);
  });

  test('a reply that was not taken is said later, and the message not posted twice', async () => {
    const { slack } = await requested();
    slack.chat.next('said', later(1_000));
    expect((await slack.follow()).left).toBeGreaterThan(0);
    expect(slack.chat.calls).toEqual(['post', 'reply']);
    slack.clock.ms += 1_001;
    await slack.follow();
    expect(slack.chat.calls).toEqual(['post', 'reply', 'reply']);
    expect(slack.replies()).toEqual(['requested by `ada`']);
  });

  test('a message that somebody deleted is posted anew', async () => {
    const { slack } = await requested();
    await slack.follow();
    const { Deny } = slack.buttons();
    if (Deny === undefined) throw new Error('there is no button');
    slack.chat.remove(Deny.ts);
    await slack.click('grace', Deny);
    await slack.follow();
    expect(slack.roots().map(({ ts, text }) => [ts === Deny.ts, text])).toEqual([
      [false, 'Rotation of class `payments`: declined'],
    ]);
  });

  test('what it never will take is left, until there is other to say', async () => {
    const { slack } = await requested();
    slack.chat.next({ outcome: 'refused', message: 'Slack said invalid_blocks' });
    expect(await slack.follow()).toEqual({ v: 1, left: 0 });
    await slack.follow();
    expect(slack.chat.calls).toEqual(['post']);
    const [request] = await slack.services.registry.requests();
    await slack.click('grace', {
      action_id: 'rekey-deny',
      value: `${request?.id} ${request?.planHash}`,
      ts: '0',
    });
    await slack.follow();
    expect(slack.roots().map(({ text }) => text)).toEqual(['Rotation of class `payments`: declined']);
  });

  test('for days, nobody is told afterwards of all that was', async () => {
    const { slack } = await requested();
    slack.clock.ms += 86_400_000;
    expect(await slack.follow()).toEqual({ v: 1, left: 0 });
    expect(slack.chat.calls).toEqual([]);
  });
});

describe('[5.5] whoever follows', () => {
  test('does so alone', async () => {
    const { slack } = await requested();
    await slack.services.shown.hold(60_000);
    expect(await slack.follow()).toEqual({ v: 1, left: 0 });
    expect(slack.chat.calls).toEqual([]);
  });

  test('and dies goes on where he was: what was said is not said again', async () => {
    const { slack } = await requested();
    const dying = { ...slack.chat, reply: async () => Promise.reject(new Error('killed')) };
    await expect(slack.follow({ chat: dying })).rejects.toThrow('killed');
    await slack.follow();
    expect(slack.chat.calls).toEqual(['post', 'reply']);
  });

  test('and dies between two things says the first of them once', async () => {
    const { slack } = await requested();
    await slack.services.registry.append([
      {
        v: 1,
        id: 'denied-by-hand',
        atMs: slack.clock.ms,
        action: 'deny',
        outcome: 'denied',
        actor: { user: 'mallory' },
        source: 'test',
        operation: (await slack.services.registry.requests())[0]?.id ?? '',
        reason: 'person-unknown',
      },
    ]);
    let replies = 0;
    const dying: Chat['reply'] = async (...asked) => {
      replies += 1;
      if (replies === 2) throw new Error('killed');
      return slack.chat.reply(...asked);
    };
    await expect(slack.follow({ chat: { ...slack.chat, reply: dying } })).rejects.toThrow('killed');
    await slack.follow();
    expect(slack.replies()).toEqual(['requested by `ada`', '`mallory`: *does not count* (`person-unknown`)']);
  });

  test('changes a message once for all that came meanwhile', async () => {
    const { slack } = await requested({ approval: { approvers: 3 } });
    await slack.follow();
    const { Approve } = slack.buttons();
    if (Approve === undefined) throw new Error('there is no button');
    for (const name of ['grace', 'barbara', 'joan']) await slack.click(name, Approve);
    await slack.follow();
    expect(slack.chat.calls).toEqual(['post', 'reply', 'reply', 'reply', 'reply', 'update']);
  });

  test('changes a message at most every three seconds', async () => {
    const { slack } = await requested();
    await slack.follow();
    const { Approve } = slack.buttons();
    if (Approve === undefined) throw new Error('there is no button');
    await slack.click('grace', Approve);
    const beforeMs = slack.clock.ms;
    await slack.follow();
    expect(slack.roots()[0]?.text).toContain('approved');
    expect(slack.clock.ms - beforeMs).toBe(3_000);
  });

  test('says nothing of what was before Rekey came into the workspace', async () => {
    const { slack } = await requested();
    const { registry } = slack.services;
    const [workspace] = (await registry.enrolment()).slack;
    await registry.applyEnrolment([{ put: {}, remove: { slack: ['slack'] }, entries: [] }]);
    expect(await slack.follow()).toEqual({ v: 1, left: 0 });
    await registry.applyEnrolment([
      { put: { slack: workspace === undefined ? [] : [workspace] }, remove: {}, entries: [] },
    ]);
    await slack.follow();
    expect(slack.chat.calls).toEqual([]);
    await slack.say('barbara', ROTATE);
    await slack.follow();
    expect(slack.roots()).toHaveLength(1);
  });
});

describe('[5.5] Slack tells a notice that policy tells there', () => {
  test('once, in a message of its own, in the rule’s channel or the workspace’s; the audit shows who was told', async () => {
    const slack = await aSlackWorld();
    const { registry, audit } = slack.services;
    const here = aNoticeDelivery({ to: { by: 'slack' } });
    const elsewhere = aNoticeDelivery({ to: { by: 'slack', channel: 'C0NOWHERE' } });
    await registry.openNotices([elsewhere, here, aNoticeDelivery()]);
    await slack.follow();
    await slack.follow();
    expect(slack.roots().map(({ text }) => text)).toEqual([`\`${here.notice.words}\``]);
    const told = await audit.find({ action: ['tell'] });
    expect(told.map(({ outcome, recipient, reason }) => `${outcome} ${recipient} ${reason}`).sort()).toEqual([
      'error C0NOWHERE people-needed: Slack said channel_not_found',
      'success those who read slack people-needed',
    ]);
    expect(await registry.noticesDue('slack', slack.clock.ms + 1_000, 10)).toMatchObject([
      { id: elsewhere.id, attempts: 1 },
    ]);
  });

  test('although the workspace’s own channel takes nothing', async () => {
    const { slack } = await requested();
    slack.chat.next({ outcome: 'later', afterMs: 60_000, message: 'Slack said is_archived' });
    await slack.services.registry.openNotices([aNoticeDelivery({ to: { by: 'slack' } })]);
    await slack.follow();
    expect(slack.roots()).toHaveLength(1);
    expect(await slack.services.registry.noticesDue('slack', Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
  });
});

describe('[7.1] Slack shows a case', () => {
  test('in one message that is kept up to date, until it is closed', async () => {
    const slack = await aSlackWorld({});
    const { services } = slack;
    const found = (id: string) => [
      aFinding({ id, principal: 'role/<!channel>', seen: 'it read *24* secrets', next: 'rekey quarantine' }),
    ];
    const [record] = await gatherFindings(services, found('f-1'), () => true);
    await slack.follow();
    const [message] = slack.roots();
    expect(message?.text).toBe(
      'Case of `role/<!channel>`: `medium`, nobody’s yet'.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    );
    // Nobody is called by what somebody calls himself.
    expect(JSON.stringify(slack.roots())).not.toContain('<!channel>');

    await gatherFindings(services, found('f-2'), () => true);
    await changeCase(services, record?.id ?? '', { user: 'ada', source: 'test' }, (one, atMs) =>
      assigned(one, 'ada', 'ada', atMs),
    );
    await slack.follow();
    expect(slack.roots().map(({ ts }) => ts)).toEqual([message?.ts]);
    expect(slack.replies()).toEqual([
      '`opened: denied-reads` (`rekey`)',
      '`found: denied-reads` (`rekey`)',
      '`assigned: ada` (`ada`)',
    ]);
    await changeCase(services, record?.id ?? '', { user: 'ada', source: 'test' }, (one, atMs) =>
      closed(one, 'a night release', 'ada', atMs),
    );
    await slack.follow();
    expect(JSON.stringify(slack.roots())).toContain('closed');
    expect(await slack.live.open()).toEqual([]);
  });
});
