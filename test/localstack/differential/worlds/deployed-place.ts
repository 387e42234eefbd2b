import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { PostgresServer } from '../../../../demo/postgres-servers.ts';
import { createStepFunctionsWorkflows } from '../../../../shared/adapters/aws/step-functions/workflows.ts';
import { postgres } from '../../../../shared/rotators/postgres/rotator.ts';
import { deployed } from '../../../support/deployed.ts';
import { silence } from '../../../support/deployed-rule.ts';
import { localStack } from '../../../support/localstack.ts';
import { readHistory } from '../history.ts';
import { definitionOf, machineOf } from './machine.ts';
import type { Place } from './place.ts';

/** One stack for all stories: each has a class of its own in it. */
export async function deployPlace(server: PostgresServer): Promise<Place & { close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-worlds-'));
  const configFile = join(folder, 'rekey.yaml');
  writeFileSync(configFile, 'version: 1\n');
  // An instance may have seen this test before.
  const stage = `w${randomBytes(3).toString('hex')}`;
  const { named, services, rest } = await deployed(stage, join(folder, 'build'), configFile).finally(() =>
    rmSync(folder, { recursive: true, force: true }),
  );
  const sfn = new SFNClient(localStack());
  const s3 = new S3Client({ ...localStack(), forcePathStyle: true });
  const arns = {
    'break-glass': named('BreakGlassArn'),
    'scheduled-rotation': named('ScheduledRotationArn'),
    'manual-rotation': named('ManualRotationArn'),
  };
  const executionArn = (name: string) =>
    `${arns[machineOf(name)].replace(':stateMachine:', ':execution:')}:${name}`;
  const workflows = createStepFunctionsWorkflows(sfn, arns, services.clock);
  // The stories run the schedule themselves, in both worlds alike. That the rule does it is another test's.
  await silence(arns['scheduled-rotation']);
  let turn: Promise<unknown> = Promise.resolve();
  return {
    services: { ...services, rotators: { postgres }, workflows },
    server,
    lookEveryMs: 250,
    close: rest,
    inTurn(work) {
      const own = turn.then(work);
      // However it ends: that is its own story's.
      turn = own.catch(() => undefined);
      return own;
    },
    async stop(execution) {
      const stopped = { executionArn: executionArn(execution) };
      await sfn.send(new StopExecutionCommand(stopped));
      // It is said to run for a moment more: whoever resumes then joins what is ending.
      while ((await sfn.send(new DescribeExecutionCommand(stopped))).status === 'RUNNING') await delay(50);
    },
    async editPlan(planHash) {
      const place = { Bucket: named('ManifestsBucket'), Key: `plans/${planHash}.json` };
      const { Body } = await s3.send(new GetObjectCommand(place));
      const text = (await Body?.transformToString()) ?? '';
      await s3.send(new PutObjectCommand({ ...place, Body: text.replace('"fence":false', '"fence":true') }));
    },
    scopes: (execution) => readHistory(sfn, executionArn(execution), definitionOf(machineOf(execution))),
  };
}
