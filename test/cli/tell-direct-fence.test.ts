import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Context } from '../../cli/context.ts';
import { saveRecord } from '../../cli/direct/record.ts';
import { tellDirectFences } from '../../cli/direct/tell.ts';
import { openLocalFace } from '../../cli/local-face.ts';
import type { DirectFence } from '../../shared/domain/direct-fence.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { aWorld } from '../support/world.ts';

const RECORD: DirectFence = {
  v: 1,
  id: 'direct-20261124T030000Z-0a1b2c3d',
  prefix: 'rekey-prod',
  className: 'payments',
  epoch: 1,
  principal: null,
  user: 'ada',
  atMs: Date.UTC(2026, 10, 24, 3, 0, 0),
  layers: [],
  cuts: [],
};

/** A command on a machine that has closed something, with the functions on a real state for what is deployed. */
async function aCommand() {
  const world = await aWorld();
  const said: string[] = [];
  const context: Context = {
    json: false,
    configFile: join(world.home, 'rekey.yaml'),
    home: world.home,
    deployment: null,
    user: 'ada',
    print: (text) => said.push(text),
    say: (text) => said.push(text),
    show: (text) => said.push(text),
    ask: async () => null,
    readInput: async () => '',
  };
  const opened = await openLocalFace(context);
  const folder = join(world.home, 'direct');
  return {
    context,
    face: opened.face,
    close: () => opened.close(),
    said: () => said.join('\n'),
    waiting: () => readdirSync(folder).filter((name) => name.endsWith('.json')),
    told: () => (existsSync(join(folder, 'told')) ? readdirSync(join(folder, 'told')) : []),
    entries: () => world.state.services.audit.find({ operation: RECORD.id }),
  };
}

test('[6.2] [7.2] a command that reaches the deployment tells it first what was closed around it, once, and keeps the record', async () => {
  const { context, face, close, said, waiting, told, entries } = await aCommand();
  saveRecord(context.home, RECORD);
  await tellDirectFences(context, face, 'rekey-prod');
  expect(said()).toBe('rekey: the audit was told of the direct fence of 2026-11-24T03:00:00.000Z');
  expect([waiting(), told()]).toEqual([[], [`${RECORD.id}.json`]]);
  expect(await entries()).toHaveLength(1);
  await tellDirectFences(context, face, 'rekey-prod');
  expect(await entries()).toHaveLength(1);
  close();
});

test('what is another deployment’s, or no record at all, stays where it is', async () => {
  const { context, face, close, said, waiting, entries } = await aCommand();
  saveRecord(context.home, { ...RECORD, prefix: 'rekey-staging' });
  writeFileSync(join(context.home, 'direct', 'direct-torn.json'), '{"v":1', { mode: 0o600 });
  await tellDirectFences(context, face, 'rekey-prod');
  expect(waiting()).toHaveLength(2);
  expect(said()).toContain('direct-torn.json is no record of a direct fence');
  expect(await entries()).toEqual([]);
  close();
});

test('[F.4] one that is not taken keeps no command from its work, and is told by the next', async () => {
  const { context, face, close, said, waiting } = await aCommand();
  saveRecord(context.home, RECORD);
  const refuses = {
    ...face,
    call: async (): Promise<never> => {
      throw new RekeyError({ code: 'not-permitted', family: 'Denied', message: 'not yours to tell' });
    },
  };
  await tellDirectFences(context, refuses, 'rekey-prod');
  expect(said()).toContain(`was not told of ${RECORD.id} yet: not yours to tell`);
  const [name = ''] = waiting();
  expect(JSON.parse(readFileSync(join(context.home, 'direct', name), 'utf8'))).toEqual(RECORD);
  close();
});
