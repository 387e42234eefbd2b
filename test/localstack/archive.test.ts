import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { archiveAudit } from '../../functions/archive-audit/handler.ts';
import { signCheckpoint } from '../../functions/sign-checkpoint/handler.ts';
import { systemClock, systemRandom } from '../../local/system.ts';
import { createDynamoAuditChain } from '../../shared/adapters/aws/dynamodb/audit-chain.ts';
import { createDynamoAuditCursor } from '../../shared/adapters/aws/dynamodb/audit-cursor.ts';
import { createDynamoChainedLines } from '../../shared/adapters/aws/dynamodb/audit-view.ts';
import { createDynamoRegistry } from '../../shared/adapters/aws/dynamodb/registry.ts';
import { openKmsSigner } from '../../shared/adapters/aws/kms/signer.ts';
import { createS3AuditArchive } from '../../shared/adapters/aws/s3/audit-archive.ts';
import { getText } from '../../shared/adapters/aws/s3/objects.ts';
import { exportLine } from '../../shared/domain/audit/export-line.ts';
import { anEntry, uniqueName } from '../contracts/records.ts';
import { aLockedBucket, DAY_MS, localS3 } from '../support/buckets.ts';
import { aFolder, rekey } from '../support/command-line.ts';
import { createTables } from '../support/dynamodb.ts';
import { localStack } from '../support/localstack.ts';

const timing = { clock: systemClock, random: systemRandom };

describe('the archive alone', () => {
  /** A chain of eight entries in three blocks of the table, archived as two objects, with a checkpoint after each. */
  async function anArchive() {
    const own = await createTables();
    const bucket = await aLockedBucket(localS3());
    const chain = uniqueName('chain');
    const place = { chain, auditTable: own.audit, registryTable: own.registry };
    const kms = new KMSClient(localStack());
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    );
    const cursor = (name: string) => createDynamoAuditCursor(own.client, name, place, timing);
    const registry = createDynamoRegistry(own.client, own.registry, timing);
    const services = {
      registry,
      chained: createDynamoChainedLines(own.client, place, timing),
      archive: createS3AuditArchive(localS3(), bucket, { clock: systemClock, retainForMs: DAY_MS }),
      archived: cursor('archived'),
      signed: cursor('signed'),
      signer: await openKmsSigner(kms, KeyMetadata?.KeyId ?? ''),
      clock: systemClock,
    };
    const audit = createDynamoAuditChain(own.client, place, timing);
    const untilMs = Number.MAX_SAFE_INTEGER;
    for (const counts of [[3, 2], [3]]) {
      for (const count of counts) {
        await registry.append(Array.from({ length: count }, () => anEntry()));
        await audit.chainPending();
      }
      await archiveAudit.invoke(services, { v: 1 }, { untilMs });
      await signCheckpoint.invoke(services, { v: 1 }, { untilMs });
    }
    const s3 = localS3();
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'audit/' }));
    return {
      bucket,
      chain,
      s3,
      lines: await audit.lines(0, 100),
      names: (Contents ?? []).map(({ Key = '' }) => Key),
      /** As an auditor runs it: an ordinary session, the bucket's name and the key's. */
      verify: () =>
        rekey(['audit', 'verify', '--archive', `s3://${bucket}`, '--key', KeyMetadata?.Arn ?? '', '--json'], {
          folder: aFolder(),
          env: {
            AWS_ENDPOINT_URL: localStack().endpoint,
            AWS_ACCESS_KEY_ID: 'test',
            AWS_SECRET_ACCESS_KEY: 'test',
            AWS_REGION: 'us-east-1',
          },
        }),
    };
  }

  test('[6.3] verifies where it lies, by the bucket and the key that signs; its lines are an export’s', async () => {
    const { bucket, chain, s3, lines, names, verify } = await anArchive();
    expect(names).toEqual([
      `audit/${chain}/000000000001.jsonl`,
      `audit/${chain}/000000000006.jsonl`,
      `audit/${chain}/checkpoints/000000000005.json`,
      `audit/${chain}/checkpoints/000000000008.json`,
    ]);
    const texts = await Promise.all(names.slice(0, 2).map((name) => getText(s3, bucket, name)));
    expect(texts.map((found) => found?.text).join('')).toBe(lines.map(exportLine).join(''));
    const { code, stdout, stderr } = await verify();
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      chain,
      entries: 8,
      checkpoints: 2,
      signedSeq: 8,
      versionsSeen: true,
    });
  });

  test('[6.3] names an object that was deleted, although it is the last and no line after it misses it', async () => {
    const { bucket, chain, s3, names, verify } = await anArchive();
    for (const Key of [names[1], names[3]]) await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    expect(await verify()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`audit/${chain}/000000000006.jsonl was deleted on `),
    });
  });

  test('[6.3] names an object that was written over, with the same bytes too, and one that never belonged there', async () => {
    const { bucket, chain, s3, names, verify } = await anArchive();
    const text = (await getText(s3, bucket, names[0] ?? ''))?.text ?? '';
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: names[0], Body: text }));
    expect(await verify()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`audit/${chain}/000000000001.jsonl was written over on `),
    });

    const other = await anArchive();
    const Key = `audit/${other.chain}/000000000009.jsonl`;
    await s3.send(new PutObjectCommand({ Bucket: other.bucket, Key, Body: text }));
    expect(await other.verify()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${Key}:1 entry 1 stands a second time`),
    });
  });
});
