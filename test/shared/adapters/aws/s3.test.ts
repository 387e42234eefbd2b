import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { createS3AuditArchive } from '../../../../shared/adapters/aws/s3/audit-archive.ts';
import { createS3Manifests } from '../../../../shared/adapters/aws/s3/manifests.ts';
import { createS3Packets } from '../../../../shared/adapters/aws/s3/packets.ts';
import { sha256Hex } from '../../../../shared/domain/canonical.ts';
import { FrozenClock } from '../../../support/clock.ts';
import { NO_ANSWER, vendor } from '../../../support/vendor.ts';

const DAY_MS = 86_400_000;

function aBucket() {
  const client = new S3Client({ region: 'us-east-1' });
  const calls = mockClient(client);
  const clock = new FrozenClock();
  const lock = { clock, retainForMs: 400 * DAY_MS };
  const puts = () => calls.commandCalls(PutObjectCommand).map((call) => call.args[0].input);
  const holds = (text: string, Metadata: Record<string, string> = {}) =>
    calls.on(GetObjectCommand).resolves({
      // The one method of the SDK's stream that is used.
      Body: { transformToString: async () => text } as never,
      Metadata,
    });
  return { client, calls, clock, lock, puts, holds };
}

describe('packets', () => {
  test('[6.3] the page first, then the JSON, both written once and locked for their time', async () => {
    const { client, lock, puts, clock } = aBucket();
    const place = await createS3Packets(client, 'archive', lock).write('inc-1-1', '{}', '<p>');
    expect(place).toBe('s3://archive/packets/inc-1-1.json');
    expect(puts().map(({ Key }) => Key)).toEqual(['packets/inc-1-1.html', 'packets/inc-1-1.json']);
    for (const put of puts()) {
      expect(put).toMatchObject({
        Bucket: 'archive',
        IfNoneMatch: '*',
        ObjectLockMode: 'COMPLIANCE',
        ObjectLockRetainUntilDate: new Date(clock.ms + 400 * DAY_MS),
      });
    }
  });

  test('[injected] an answer lost after the write: the second attempt finds the same, and is content', async () => {
    const { client, calls, lock, holds } = aBucket();
    calls.on(PutObjectCommand).rejects(vendor('PreconditionFailed'));
    holds('same');
    expect(await createS3Packets(client, 'archive', lock).write('inc-1-1', 'same', 'same')).toBe(
      's3://archive/packets/inc-1-1.json',
    );
  });

  test('[6.3] other content under a name that is taken is refused', async () => {
    const { client, calls, lock, holds } = aBucket();
    calls.on(PutObjectCommand).rejects(vendor('PreconditionFailed'));
    holds('what was sealed');
    await expect(
      createS3Packets(client, 'archive', lock).write('inc-1-1', 'another', 'another'),
    ).rejects.toMatchObject({ family: 'Conflict', code: 'object-exists', safe: 'It was left as it is.' });
  });

  test.each([
    ['SlowDown', vendor('SlowDown'), 'Throttled', 'throttled'],
    ['ConditionalRequestConflict', vendor('ConditionalRequestConflict'), 'Throttled', 'object-contended'],
    ['a lost answer', NO_ANSWER, 'OutcomeUnknown', 'answer-lost'],
    ['AccessDenied', vendor('AccessDenied'), 'Denied', 'not-permitted'],
  ])('[injected] %s', async (_title, error, family, code) => {
    const { client, calls, lock } = aBucket();
    calls.on(PutObjectCommand).rejects(error);
    await expect(
      createS3Packets(client, 'archive', lock).write('inc-1-1', '{}', '<p>'),
    ).rejects.toMatchObject({
      family,
      code,
    });
  });
});

describe('the audit archive', () => {
  const block = {
    chain: 'prod',
    from: 99,
    lines: [
      { line: '{"a":1}', hash: 'ab' },
      { line: '{"a":2}', hash: 'cd' },
    ],
  };
  const TEXT = '{"entry":{"a":1},"hash":"ab"}\n{"entry":{"a":2},"hash":"cd"}\n';

  test('[6.3] an export’s lines, named so that a listing is in the chain’s order, locked, and never over another', async () => {
    const { client, lock, puts } = aBucket();
    expect(await createS3AuditArchive(client, 'archive', lock).writeBlock(block)).toBe(100);
    expect(puts()).toEqual([
      expect.objectContaining({
        Key: 'audit/prod/000000000099.jsonl',
        Body: TEXT,
        IfNoneMatch: '*',
        ObjectLockMode: 'COMPLIANCE',
      }),
    ]);
  });

  test('[injected] PreconditionFailed after an answer that was lost: what stands there is the block', async () => {
    const { client, calls, lock, holds } = aBucket();
    calls.on(PutObjectCommand).rejectsOnce(NO_ANSWER).rejects(vendor('PreconditionFailed'));
    holds(TEXT);
    const archive = createS3AuditArchive(client, 'archive', lock);
    await expect(archive.writeBlock(block)).rejects.toMatchObject({
      family: 'OutcomeUnknown',
      code: 'answer-lost',
    });
    expect(await archive.writeBlock(block)).toBe(100);
  });

  test('[injected] PreconditionFailed over other lines: nothing further is archived', async () => {
    const { client, calls, lock, holds } = aBucket();
    calls.on(PutObjectCommand).rejects(vendor('PreconditionFailed'));
    holds(TEXT.replace('"a":2', '"a":3'));
    await expect(createS3AuditArchive(client, 'archive', lock).writeBlock(block)).rejects.toMatchObject({
      family: 'Conflict',
      code: 'archive-differs',
    });
  });

  test.each([
    ['SlowDown', vendor('SlowDown'), 'Throttled', 'throttled'],
    ['ConditionalRequestConflict', vendor('ConditionalRequestConflict'), 'Throttled', 'object-contended'],
    ['AccessDenied', vendor('AccessDenied'), 'Denied', 'not-permitted'],
  ])('[injected] %s', async (_title, error, family, code) => {
    const { client, calls, lock } = aBucket();
    calls.on(PutObjectCommand).rejects(error);
    await expect(createS3AuditArchive(client, 'archive', lock).writeBlock(block)).rejects.toMatchObject({
      family,
      code,
    });
  });
});

describe('manifests', () => {
  const TEXT = '[{"targetId":"db-1","secretRefs":["vault://a"]}]';

  test('[5.4] a plain JSON array, as a distributed map reads it, with its SHA-256 beside it', async () => {
    const { client, puts } = aBucket();
    const batches = [{ targetId: 'db-1', secretRefs: ['vault://a'] }];
    expect(await createS3Manifests(client, 'manifests').write('inc-1/1-0', batches)).toEqual({
      bucket: 'manifests',
      key: 'inc-1/1-0',
    });
    expect(puts()[0]).toMatchObject({ Body: TEXT, Metadata: { sha256: sha256Hex(TEXT) } });
  });

  test.each([
    ['edited', TEXT.replace('vault://a', 'vault://b'), sha256Hex(TEXT)],
    ['written by somebody else', TEXT, undefined],
  ])('[5.4] one that was %s is refused', async (_title, text, digest) => {
    const { client, holds } = aBucket();
    holds(text, digest === undefined ? {} : { sha256: digest });
    await expect(createS3Manifests(client, 'manifests').read('manifests', 'inc-1/1-0')).rejects.toMatchObject(
      {
        family: 'Denied',
        code: 'manifest-edited',
      },
    );
  });
});
