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
  test('[6.3] lines of a chain, named so that a listing is in its order, locked', async () => {
    const { client, lock, puts } = aBucket();
    await createS3AuditArchive(client, 'archive', lock).write({
      chain: 'prod',
      from: 99,
      to: 100,
      lines: ['{"a":1}', '{"a":2}'],
    });
    expect(puts()).toEqual([
      expect.objectContaining({
        Key: 'audit/prod/000000000099-000000000100.jsonl',
        Body: '{"a":1}\n{"a":2}\n',
        IfNoneMatch: '*',
        ObjectLockMode: 'COMPLIANCE',
      }),
    ]);
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
