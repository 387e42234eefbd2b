import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { createEventBridgeAuditBus } from '../../../../shared/adapters/aws/eventbridge/audit-bus.ts';
import { createSnsNotices } from '../../../../shared/adapters/aws/sns/notices.ts';
import { createNoticesByMeans } from '../../../../shared/adapters/by-means/notices.ts';
import type { AuditEntry } from '../../../../shared/domain/audit/entry.ts';
import type { Notice } from '../../../../shared/domain/notice.ts';
import { describeNotices, THEIR_OWN_WORDS } from '../../../contracts/notices.ts';
import { FrozenClock } from '../../../support/clock.ts';
import { vendor } from '../../../support/vendor.ts';

const entry: AuditEntry = {
  v: 1,
  id: 'inc-1:vault://a:prove',
  atMs: Date.UTC(2026, 10, 24, 3, 0, 0),
  action: 'prove',
  outcome: 'success',
  actor: { user: 'responder' },
  source: '192.0.2.7',
  ref: 'vault://a',
  versionId: '22222222-2222-5222-8222-222222222222',
  fate: 'revoked-proven',
  reason: '28P01 at db-1',
};

describe('the audit bus', () => {
  function aBus() {
    const client = new EventBridgeClient({ region: 'us-east-1' });
    const calls = mockClient(client);
    const clock = new FrozenClock();
    const accepted = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ EventId: `event-${index}` }));
    const puts = () => calls.commandCalls(PutEventsCommand).map((call) => call.args[0].input.Entries ?? []);
    return {
      bus: createEventBridgeAuditBus(client, 'rekey-test-audit', clock),
      calls,
      clock,
      accepted,
      puts,
    };
  }

  test('[6.2] an event says who did what to which reference, and where it is in the chain; the words stay there', async () => {
    const { bus, calls, accepted, puts } = aBus();
    calls.on(PutEventsCommand).resolves({ Entries: accepted(1) });
    await bus.send([{ chain: 'prod', seq: 7, entry }]);
    expect(puts()[0]?.[0]).toEqual({
      EventBusName: 'rekey-test-audit',
      Source: 'rekey.audit',
      DetailType: 'prove',
      Time: new Date(entry.atMs),
      Detail: expect.any(String),
    });
    const { source: _source, reason: _reason, v: _v, ...told } = entry;
    expect(JSON.parse(puts()[0]?.[0]?.Detail ?? '')).toEqual({ v: 1, chain: 'prod', seq: 7, ...told });
  });

  test('[5.5] ten at a time; nothing to say is nothing sent', async () => {
    const { bus, calls, accepted, puts } = aBus();
    calls.on(PutEventsCommand).callsFake(({ Entries }) => ({ Entries: accepted(Entries.length) }));
    await bus.send(Array.from({ length: 23 }, (_, index) => ({ chain: 'prod', seq: index + 1, entry })));
    await bus.send([]);
    expect(puts().map((entries) => entries.length)).toEqual([10, 10, 3]);
  });

  test('[injected] ThrottlingException of single entries: those alone are sent again, later each time', async () => {
    const { bus, calls, accepted, clock, puts } = aBus();
    const startMs = clock.ms;
    const refused = { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' };
    calls
      .on(PutEventsCommand)
      .resolvesOnce({ FailedEntryCount: 2, Entries: [refused, { EventId: 'event-1' }, refused] })
      .resolvesOnce({ FailedEntryCount: 1, Entries: [{ EventId: 'event-0' }, refused] })
      .resolves({ Entries: accepted(1) });
    await bus.send([1, 2, 3].map((seq) => ({ chain: 'prod', seq, entry })));
    const sent = puts().map((entries) => entries.map(({ Detail }) => JSON.parse(Detail ?? '').seq as number));
    expect(sent).toEqual([[1, 2, 3], [1, 3], [3]]);
    expect(clock.ms - startMs).toBe(500);
  });

  test('[injected] what the bus never takes is said: the chain has it', async () => {
    const { bus, calls, puts } = aBus();
    calls.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] });
    await expect(bus.send([{ chain: 'prod', seq: 1, entry }])).rejects.toMatchObject({
      family: 'Throttled',
      code: 'bus-refused',
      safe: expect.stringContaining('in the chain'),
    });
    expect(puts()).toHaveLength(4);
  });
});

const messageOf = (notice: Notice) => ({
  messageId: notice.id,
  notice,
  to: { by: 'email' } as const,
  atMs: notice.atMs,
});

describeNotices('email', async (recipient) => {
  const client = new SNSClient({ region: 'us-east-1' });
  const calls = mockClient(client);
  if (recipient === 'takes it') calls.on(PublishCommand).resolves({ MessageId: 'm-1' });
  else calls.on(PublishCommand).rejects(vendor(REFUSALS[recipient], THEIR_OWN_WORDS));
  return {
    notices: createNoticesByMeans({ email: createSnsNotices(client, 'topic') }),
    to: { by: 'email' },
    reached: () =>
      calls
        .commandCalls(PublishCommand)
        .map(({ args }) => `${args[0].input.Subject}\n${args[0].input.Message}`),
  };
});

const REFUSALS = { 'refuses it': 'InternalErrorException', 'is not there': 'NotFoundException' } as const;

describe('notices', () => {
  const notice: Notice = {
    id: 'inc-1/people-needed/1',
    kind: 'people-needed',
    incident: 'inc-1',
    className: 'payments',
    atMs: entry.atMs,
    words: 'Class payments waits to be re-opened: two people sign – 200 of 200 proven.',
    next: ['rekey sign inc-1', 'rekey incident inc-1'],
  };

  test('[7.1] words and what to do next, with what subscriptions filter by', async () => {
    const client = new SNSClient({ region: 'us-east-1' });
    const calls = mockClient(client);
    await createSnsNotices(client, 'arn:aws:sns:us-east-1:111122223333:rekey-test').tell(messageOf(notice));
    const input = calls.commandCalls(PublishCommand)[0]?.args[0].input;
    expect(input).toMatchObject({
      TopicArn: 'arn:aws:sns:us-east-1:111122223333:rekey-test',
      Subject: 'Rekey: inc-1 people-needed',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'people-needed' },
        class: { DataType: 'String', StringValue: 'payments' },
      },
    });
    expect(input?.Message?.split('\n')).toEqual([
      notice.words,
      '  rekey sign inc-1',
      '  rekey incident inc-1',
      '',
      'class payments, inc-1, 2026-11-24T03:00:00.000Z, notice inc-1/people-needed/1',
    ]);
  });

  test('[7.1] an incident’s name of any length and script makes a subject that SNS takes', async () => {
    const client = new SNSClient({ region: 'us-east-1' });
    const calls = mockClient(client);
    await createSnsNotices(client, 'topic').tell(
      messageOf({ ...notice, incident: `vorfäll\n${'x'.repeat(200)}` }),
    );
    expect(calls.commandCalls(PublishCommand)[0]?.args[0].input.Subject).toMatch(/^[ -~]{1,100}$/);
  });

  test('[injected] ThrottlingException: it was not sent, and that is said', async () => {
    const client = new SNSClient({ region: 'us-east-1' });
    mockClient(client).on(PublishCommand).rejects(vendor('ThrottlingException'));
    expect(await createSnsNotices(client, 'topic').tell(messageOf(notice))).toEqual({
      state: 'failed',
      message: expect.stringContaining('sns:Publish for topic was throttled') as string,
    });
  });
});
