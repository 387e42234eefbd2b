import { describe, expect, test } from 'vitest';
import { RekeyError } from '../../shared/domain/errors.ts';
import { ACTION_IDS } from '../../shared/domain/slack/click.ts';
import { clickBody, commandBody } from '../support/slack-bodies.ts';
import { aSlackWorld, userOf } from '../support/slack-world.ts';

type Slack = Awaited<ReturnType<typeof aSlackWorld>>;

const entriesOf = async (
  { state }: Slack,
  action: 'request' | 'approve' | 'deny' | 'propose' | 'incident-open',
) =>
  (await state.services.audit.find({ action: [action] })).map(({ outcome, actor, source }) => [
    outcome,
    actor.user,
    source,
  ]);
const asked = ({ state }: Slack) =>
  state.database.prepare('SELECT name, machine, input FROM start_request ORDER BY rowid').all();

const ROTATE = 'rotate --class payments --reason quarterly';
const BREAK = 'break-glass --class payments --cause values-leaked';

describe('[F.1] who says something in Slack', () => {
  test('hears what there is, how it stands, and of an incident, and nobody else does', async () => {
    const slack = await aSlackWorld();
    expect((await slack.say('ada', '')).text).toBe('What Rekey does in Slack');
    expect((await slack.say('ada', 'status')).all).toContain('`payments`: 2 secrets');
    expect((await slack.say('ada', 'incident')).text).toBe('`there is no incident yet`');
    expect(slack.told.map(({ how }) => how)).toEqual(['answer', 'answer', 'answer']);
    expect(slack.chat.calls).toEqual([]);
  });

  test('is a person of rekey.yaml, by the user that Slack signed for: others are refused, and noted where it would change something', async () => {
    const slack = await aSlackWorld();
    for (const text of ['status', ROTATE, BREAK])
      expect((await slack.say('mallory', text)).text).toBe(
        '`nobody among people is the Slack user U0MALLORY`',
      );
    expect(await entriesOf(slack, 'request')).toEqual([
      ['denied', 'U0MALLORY', 'slack:T0REKEY:U0MALLORY'],
      ['denied', 'U0MALLORY', 'slack:T0REKEY:U0MALLORY'],
    ]);
    expect(await slack.services.registry.requests()).toEqual([]);
    expect(await entriesOf(slack, 'propose')).toEqual([]);
  });

  test('of another workspace is nobody, whatever his id is', async () => {
    const slack = await aSlackWorld();
    const body = commandBody(ROTATE, { user: userOf('ada'), team: 'T0OTHER' });
    expect((await slack.deliver(slack.messageIn(body))).text).toBe(
      '`the workspace T0OTHER is not the one that rekey.yaml names`',
    );
    expect(await slack.services.registry.requests()).toEqual([]);
  });

  test('who left people is nobody from then on', async () => {
    const slack = await aSlackWorld();
    await slack.services.registry.applyEnrolment([{ put: {}, remove: { people: ['ada'] }, entries: [] }]);
    expect((await slack.say('ada', 'status')).text).toContain('nobody among people');
  });

  test('is told of every mistake at once', async () => {
    const slack = await aSlackWorld();
    expect((await slack.say('ada', 'rotate --clas payments')).text).toContain('did you mean --class?');
    expect((await slack.say('ada', 'rotate --class paymnts --reason x')).text).toContain(
      'did you mean payments?',
    );
    expect((await slack.say('ada', `rotate --class payments --reason ${'x'.repeat(301)}`)).text).toContain(
      'at most 300 characters',
    );
    expect((await slack.say('ada', 'incident inc-nope')).text).toContain('inc-nope');
  });
});

describe('[F.1] a rotation that was asked for in Slack', () => {
  async function requested(options: Parameters<typeof aSlackWorld>[0] = {}) {
    const slack = await aSlackWorld(options);
    const answer = await slack.say('ada', ROTATE);
    const [request] = await slack.services.registry.requests();
    if (request === undefined) throw new Error(answer.text);
    await slack.follow();
    return { slack, answer, request };
  }

  test('is a request of the person, pending, and whoever asked is told which', async () => {
    const { slack, answer, request } = await requested();
    expect(request).toMatchObject({
      state: 'pending',
      requester: { person: 'ada', way: 'slack' },
      secrets: 2,
      reason: 'quarterly',
    });
    expect(answer.text).toContain(`Requested: \`${request.id}\``);
    expect(asked(slack)).toMatchObject([{ name: request.id, machine: 'manual-rotation' }]);
  });

  test('is one request, however often Slack delivers it, also over midnight', async () => {
    const slack = await aSlackWorld();
    const message = slack.saying('ada', ROTATE);
    const first = await slack.deliver(message);
    slack.clock.ms += 25 * 60_000;
    expect(await slack.deliver({ ...message, answerTo: `${message.answerTo}/2` })).toEqual(first);
    expect(await slack.services.registry.requests()).toHaveLength(1);
    expect(asked(slack)).toHaveLength(1);
    expect(await entriesOf(slack, 'request')).toHaveLength(1);
  });

  test('is decided by another person’s button, once: a second click is answered as the first', async () => {
    const { slack, request } = await requested();
    const { Approve } = slack.buttons();
    if (Approve === undefined) throw new Error('there is no button');
    const first = await slack.click('grace', Approve);
    expect(first.text).toBe(`You approved \`${request.id}\`, plan \`${request.planHash}\`.`);
    expect(await slack.click('grace', Approve)).toEqual(first);
    const after = await slack.services.registry.request(request.id);
    expect(after).toMatchObject({ state: 'approved', decisions: [{ person: 'grace', way: 'slack' }] });
    expect((await entriesOf(slack, 'approve')).filter(([outcome]) => outcome === 'success')).toEqual([
      ['success', 'grace', 'slack:T0REKEY:U0GRACE'],
    ]);
  });

  test('is decided once by two clicks at the same moment', async () => {
    const { slack, request } = await requested();
    const { Approve } = slack.buttons();
    if (Approve === undefined) throw new Error('there is no button');
    const clicks = await Promise.all(Array.from({ length: 6 }, async () => slack.click('grace', Approve)));
    expect(new Set(clicks.map(({ text }) => text)).size).toBe(1);
    expect((await slack.services.registry.request(request.id))?.decisions).toHaveLength(1);
  });

  test('is decided by nobody who asked for it, nor by a stranger', async () => {
    const { slack, request } = await requested();
    const { Approve } = slack.buttons();
    if (Approve === undefined) throw new Error('there is no button');
    expect((await slack.click('ada', Approve)).text).toContain('another person decides');
    expect((await slack.click('mallory', Approve)).text).toContain('nobody among people');
    expect(await slack.services.registry.request(request.id)).toMatchObject({
      state: 'pending',
      decisions: [],
    });
  });

  test('is declined by one who denies it; whoever approves then hears so', async () => {
    const { slack, request } = await requested();
    const { Approve, Deny } = slack.buttons();
    if (Approve === undefined || Deny === undefined) throw new Error('there is no button');
    expect((await slack.click('grace', Deny)).text).toContain('You denied');
    expect((await slack.click('barbara', Approve)).text).toContain('is declined: there is nothing to decide');
    expect(await slack.services.registry.request(request.id)).toMatchObject({ state: 'declined' });
  });

  test('is decided for the plan that stands in the message, and for no other', async () => {
    const { slack, request } = await requested();
    const other = { action_id: ACTION_IDS.approve, value: `${request.id} ${'0'.repeat(64)}`, ts: '1.1' };
    expect((await slack.click('grace', other)).text).toContain('is about the plan');
    expect(await slack.services.registry.request(request.id)).toMatchObject({ state: 'pending' });
  });
});

describe('[5.4] a break-glass in Slack', () => {
  async function proposed(
    options: Parameters<typeof aSlackWorld>[0] = {
      startInSlack: ['oncall'],
      groups: { grace: ['oncall'], joan: ['oncall'] },
    },
  ) {
    const slack = await aSlackWorld(options);
    const answer = await slack.say('ada', BREAK);
    await slack.follow();
    return { slack, answer, button: slack.buttons()['Break the glass'] };
  }

  test('is proposed and not started, whoever asks; its message shows the plan', async () => {
    const { slack, answer, button } = await proposed();
    expect(answer.text).toContain('Proposed, and not started');
    expect(answer.text).toContain('`grace`, `joan` may start it there');
    expect(asked(slack)).toEqual([]);
    expect(await entriesOf(slack, 'propose')).toEqual([['success', 'ada', 'slack:T0REKEY:U0ADA']]);
    const [root] = slack.roots();
    expect(JSON.stringify(root)).toContain('re-issues *2* secrets at 1 targets, epoch 1 → 2');
    expect(button).toBeDefined();
    expect((await slack.services.registry.classNamed('payments'))?.epoch).toBe(1);
  });

  test('has no button where policy lets nobody start it there, and names the command instead', async () => {
    const { slack, answer, button } = await proposed({});
    expect(button).toBeUndefined();
    expect(answer.text).toContain('Policy lets nobody start it from here');
    expect(JSON.stringify(slack.roots())).toContain(
      'rekey break-glass --class payments --cause values-leaked --plan-hash',
    );
  });

  test('starts by one confirmation of whom policy lets start it, once, however often and by how many it is clicked', async () => {
    const { slack, button } = await proposed();
    if (button === undefined) throw new Error('there is no button');
    const first = await slack.click('grace', button);
    expect(first.text).toMatch(/^The glass is broken: `inc-20261124-payments-[0-9a-f]{8}`/);
    expect(await slack.click('grace', button)).toEqual(first);
    expect(await slack.click('joan', button)).toEqual(first);
    const all = asked(slack);
    expect(all).toHaveLength(1);
    expect(JSON.parse(String(all[0]?.['input']))).toMatchObject({
      startedBy: 'grace',
      confirmedAtMs: slack.clock.ms,
      planHash: button.value.split(' ')[0],
    });
  });

  test('is started by nobody else: it is refused, and written down', async () => {
    const { slack, button } = await proposed();
    if (button === undefined) throw new Error('there is no button');
    for (const name of ['ada', 'barbara'])
      expect((await slack.click(name, button)).text).toContain(`and not ${name}`);
    expect((await slack.click('mallory', button)).text).toContain('nobody among people');
    expect(asked(slack)).toEqual([]);
    expect(await entriesOf(slack, 'incident-open')).toEqual([
      ['denied', 'ada', 'slack:T0REKEY:U0ADA'],
      ['denied', 'barbara', 'slack:T0REKEY:U0BARBARA'],
    ]);
  });

  test('is not started from there an hour later', async () => {
    const { slack, button } = await proposed();
    if (button === undefined) throw new Error('there is no button');
    slack.clock.ms += 3_600_000 - 1;
    expect((await slack.click('grace', button)).text).toContain('The glass is broken');
    const later = await proposed();
    if (later.button === undefined) throw new Error('there is no button');
    later.slack.clock.ms += 3_600_000;
    expect((await later.slack.click('grace', later.button)).text).toContain('proposed more than an hour ago');
    expect(asked(later.slack)).toEqual([]);
    await later.slack.follow();
    expect(later.slack.buttons()).toEqual({});
    expect(JSON.stringify(later.slack.roots())).toContain('It was not started in time');
  });

  test('is not started where the world has moved on: what was shown is no more what would happen', async () => {
    const { slack, button } = await proposed();
    if (button === undefined) throw new Error('there is no button');
    const [ref = 'vault://none'] = slack.refs;
    await slack.services.registry.applyEnrolment([{ put: {}, remove: { secrets: [ref] }, entries: [] }]);
    expect((await slack.click('grace', button)).text).toContain('no more what a break-glass would do now');
    expect(asked(slack)).toEqual([]);
  });

  test('is answered with its incident once it is under way, also later than an hour', async () => {
    const { slack, button } = await proposed();
    if (button === undefined) throw new Error('there is no button');
    const first = await slack.click('grace', button);
    await slack.carryOn();
    slack.clock.ms += 2 * 3_600_000;
    expect(await slack.click('joan', button)).toEqual(first);
    expect(asked(slack)).toHaveLength(1);
  });

  test('is one proposal, however often Slack delivers it', async () => {
    const slack = await aSlackWorld();
    const message = slack.saying('ada', `${BREAK} --since 2h`);
    const first = await slack.deliver(message);
    slack.clock.ms += 60_000;
    expect(await slack.deliver(message)).toEqual(first);
    expect(await entriesOf(slack, 'propose')).toHaveLength(1);
  });
});

describe('[4.4] on bad days', () => {
  test('what was said half an hour ago is not acted upon: nobody would hear of it', async () => {
    const slack = await aSlackWorld();
    const message = slack.saying('ada', ROTATE);
    slack.clock.ms += 1_800_000;
    await expect(slack.deliver(message)).rejects.toThrow('nobody was answered');
    expect(await slack.services.registry.requests()).toEqual([]);
  });

  test('an answer that Slack does not take changes nothing of what was done', async () => {
    const slack = await aSlackWorld({ answers: { answer: async () => false, replace: async () => false } });
    await expect(slack.say('ada', ROTATE)).rejects.toThrow('nobody was answered');
    expect(await slack.services.registry.requests()).toHaveLength(1);
  });

  test('what nobody foresaw is answered without a word of it, and comes to the log', async () => {
    const slack = await aSlackWorld();
    const broken = { ...slack.services.registry, people: async () => Promise.reject(new Error('hunter2')) };
    await expect(slack.deliver(slack.saying('ada', 'status'), { registry: broken })).rejects.toThrow(
      'hunter2',
    );
    expect(slack.told.map(({ all }) => all).join()).toContain('in an unforeseen way');
    expect(slack.told.map(({ all }) => all).join()).not.toContain('hunter2');
  });

  test('a table that is busy is said in words, and not tried behind the person’s back', async () => {
    const slack = await aSlackWorld();
    const busy = new RekeyError({
      code: 'table-busy',
      family: 'Throttled',
      message: 'the table is busy',
      next: ['the same command again'],
    });
    const registry = { ...slack.services.registry, people: async () => Promise.reject(busy) };
    expect((await slack.deliver(slack.saying('ada', 'status'), { registry })).all).toContain(
      'the same command again',
    );
  });

  test('a message that another took the place of says so when somebody clicks in it; the click counts', async () => {
    const slack = await aSlackWorld();
    await slack.say('ada', ROTATE);
    await slack.follow();
    const { Approve } = slack.buttons();
    if (Approve === undefined) throw new Error('there is no button');
    await slack.deliver(slack.clicking('grace', Approve, { message: '1732417100.000001' }));
    expect(slack.told.slice(-2).map(({ how, text }) => [how, text.slice(0, 30)])).toEqual([
      ['replace', 'This message was left behind. '],
      ['answer', expect.stringMatching(/^You approved/) as string],
    ]);
    expect(slack.told.filter(({ how }) => how === 'replace')).toHaveLength(1);
    await slack.click('barbara', Approve);
    expect(slack.told.filter(({ how }) => how === 'replace')).toHaveLength(1);
  });

  test('a button of another release is said to be one', async () => {
    const slack = await aSlackWorld();
    const body = clickBody({ action_id: 'rekey-restore', value: 'inc-1 aa' }, { user: userOf('ada') });
    expect((await slack.deliver(slack.messageIn(body))).text).toContain('another release');
  });
});
