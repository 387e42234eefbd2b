import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { listLeaks } from '../../functions/list-leaks/handler.ts';
import { scanLogs } from '../../functions/scan-logs/handler.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import type { LogEvent } from '../../shared/ports/clean-logs.ts';
import { enrol, issue } from '../contracts/enrolled.ts';
import { AT_MS } from '../contracts/records.ts';
import { FrozenClock } from '../support/clock.ts';
import { aState } from '../support/state.ts';

const VALUE = 'planted-Zq8vN3tLw0PxR7sKd2Jm';
const CONTEXT = { untilMs: Number.MAX_SAFE_INTEGER };
const CALLER = { ...CONTEXT, caller: { user: 'ada', source: 'test' } };

/** As CloudWatch Logs brings it: base64 of gzip of JSON. */
const brought = (messages: readonly string[], about: object = {}) => ({
  v: 1,
  awslogs: {
    data: gzipSync(
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        owner: '111122223333',
        logGroup: '/aws/lambda/checkout',
        logStream: '2026/11/24/[$LATEST]94fa867e5374431291a7fc14e2f56ae7',
        subscriptionFilters: ['rekey'],
        logEvents: messages.map((message, index) => ({
          id: `3462231609969788470654097606882285901266122014164389254${index}`,
          timestamp: AT_MS + index,
          message,
        })),
        ...about,
      }),
    ).toString('base64'),
  },
});

async function aWorld() {
  const clock = new FrozenClock(AT_MS);
  const { services } = aState({ clock });
  const { className, refs } = await enrol(services.registry);
  const ref = refs[0] as SecretRef;
  const key = await services.keys.ensure(className, 1, 'open');
  const put = async (value: string) => {
    const version = await issue(services.registry, ref, 'live', { keyId: key.id });
    await services.store.putPending([{ ref, versionId: version.id, epoch: 1, keyId: key.id, value }]);
    return version;
  };
  const passed: { group: string; stream: string; events: readonly LogEvent[] }[] = [];
  const cleanLogs = {
    put: async ({ group, stream }: { group: string; stream: string }, events: readonly LogEvent[]) => {
      passed.push({ group, stream, events });
    },
  };
  return {
    clock,
    ref,
    className,
    put,
    passed,
    scan: (event: object, more: object = {}) =>
      scanLogs.invoke({ ...services, cleanLogs, ...more }, event, CONTEXT),
    listed: async () => (await listLeaks.invoke(services, { v: 1 }, CALLER)).leaks,
    proposed: () => services.audit.find({ action: ['propose'] }),
  };
}

test('[7.1] [4.3] a subscribed log is passed on without what is secret, and whose it was is reported', async () => {
  const { put, scan, passed, listed, proposed, ref, className } = await aWorld();
  const { id } = await put(VALUE);
  const answer = await scan(
    brought([
      'START RequestId: 6234bffe',
      `login failed for ${VALUE}`,
      `{"auth":"${Buffer.from(`app:${VALUE}`).toString('base64')}"}`,
    ]),
  );
  expect(answer).toEqual({ v: 1, events: 3, replaced: 2 });
  const mark = `[rekey:${ref}:${id.slice(0, 8)} redacted]`;
  const [log] = passed;
  expect(log).toMatchObject({
    group: '/aws/lambda/checkout',
    stream: '2026/11/24/[$LATEST]94fa867e5374431291a7fc14e2f56ae7',
    events: [
      { atMs: AT_MS, message: 'START RequestId: 6234bffe' },
      { atMs: AT_MS + 1, message: `login failed for ${mark}` },
      { atMs: AT_MS + 2 },
    ],
  });
  expect(JSON.stringify([passed, answer])).not.toContain(VALUE);
  expect(await listed()).toMatchObject([
    { ref, versionId: id, leak: { result: 'incident', scanner: 'rekey', file: '/aws/lambda/checkout' } },
  ]);
  expect(await proposed()).toMatchObject([{ className, cause: 'values-leaked', actor: { user: 'rekey' } }]);
});

test('[7.1] the same value in the same log is one leak a day, and what has a secret’s shape is a candidate', async () => {
  const { put, scan, listed, clock } = await aWorld();
  await put(VALUE);
  const token = `ghp_${'a1B2'.repeat(9)}`;
  for (const _again of [1, 2]) await scan(brought([`${VALUE} and ${token}`]));
  expect((await listed()).map(({ leak }) => [leak.result, leak.rule])).toEqual([
    ['incident', 'fingerprint'],
    ['candidate', 'github-pat'],
  ]);
  clock.ms += 86_400_000;
  await scan(brought([VALUE]));
  expect(await listed()).toHaveLength(2);
});

test('[7.1] a value that was put meanwhile is sought a minute later', async () => {
  const { put, scan, clock } = await aWorld();
  await scan(brought(['nothing']));
  await put(VALUE);
  clock.ms += 61_000;
  expect(await scan(brought([VALUE]))).toMatchObject({ replaced: 1 });
});

test('CloudWatch’s own question whether somebody is there passes nothing on', async () => {
  const { scan, passed } = await aWorld();
  const event = brought(['CWL CONTROL MESSAGE: Checking health of destination'], {
    messageType: 'CONTROL_MESSAGE',
  });
  expect(await scan(event)).toEqual({ v: 1, events: 0, replaced: 0 });
  expect(passed).toEqual([]);
});

test('[1.5] what cannot be read is refused without a word of it', async () => {
  const { scan, passed } = await aWorld();
  for (const data of [
    'no base64 of anything',
    Buffer.from(VALUE).toString('base64'),
    gzipSync(VALUE).toString('base64'),
    gzipSync(JSON.stringify({ logEvents: VALUE })).toString('base64'),
  ]) {
    const refused = await scan({ v: 1, awslogs: { data } }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'log-unreadable', family: 'Validation' });
    expect(JSON.stringify([refused, String(refused)])).not.toContain(VALUE);
  }
  expect(passed).toEqual([]);
});

test('[7.4] a log that could not be passed on is reported all the same, and fails, so that it comes again', async () => {
  const { put, scan, listed } = await aWorld();
  await put(VALUE);
  const cleanLogs = {
    put: async () => {
      throw new RekeyError({ code: 'throttled', family: 'Throttled', message: 'later' });
    },
  };
  await expect(scan(brought([VALUE]), { cleanLogs })).rejects.toMatchObject({ family: 'Throttled' });
  expect(await listed()).toMatchObject([{ leak: { result: 'incident' } }]);
});
