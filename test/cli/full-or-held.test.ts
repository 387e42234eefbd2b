import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { aFolder, rekey } from '../support/command-line.ts';
import { holdState } from '../support/state-holder.ts';

/** A class of tokens that people put by hand: an incident on it writes its plan, and asks no target. */
async function enrolled(secrets: number): Promise<string> {
  const folder = aFolder();
  const refs = Array.from(
    { length: secrets },
    (_, index) => `vault://prod/tokens/a-long-name-of-a-token-${index}`,
  );
  const file = {
    version: 1,
    classes: { tokens: { owner: 'tools-team', maxAge: '30d' } },
    secrets: refs.map((ref) => ({ ref, class: 'tokens', tenant: 'acme' })),
  };
  writeFileSync(join(folder, 'rekey.yaml'), stringify(file));
  expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
  return folder;
}

const SCOPE = ['break-glass', '--class', 'tokens', '--cause', 'values-leaked'];

test('[5.4] the disk takes no more in the middle of a break-glass: the command says so, and the next one comes to the end', async () => {
  const folder = await enrolled(4_000);
  const { stdout } = await rekey([...SCOPE, '--plan', '--json'], { folder });
  const { planHash } = JSON.parse(stdout) as { planHash: string };
  // Files may grow to 80 or 160 KiB, by the shell's unit: room for what the command asks, and not for the incident's plan.
  const full = await rekey([...SCOPE, '--yes', '--plan-hash', planHash, '--json'], {
    folder,
    ulimit: '-f 160',
  });
  expect(full.code).toBe(1);
  const { error } = JSON.parse(full.stdout) as { error: { code: string; safe: string; next: string[] } };
  expect(error).toMatchObject({ code: 'disk-full', safe: expect.stringContaining('nothing was undone') });
  const [next = ''] = error.next;
  expect(next).toMatch(/^make room, then: rekey watch inc-\d+-tokens-[0-9a-f]+$/);
  expect(readFileSync(join(folder, '.rekey', 'engine.log'), 'utf8')).toContain('ended: disk-full: ');
  const ended = await rekey([...next.split(' ').slice(4), '--json'], { folder });
  expect(ended.code).toBe(3);
  expect(JSON.parse(ended.stdout)).toMatchObject({
    state: 'sealed',
    secrets: 4_000,
    unproven: 4_000,
    epoch: 2,
  });
  const { stdout: again } = await rekey(['incident', 'list', '--json'], { folder });
  expect(JSON.parse(again)).toHaveLength(1);
});

test('an engine that cannot start is said, with where it says why, and the next command carries on', async () => {
  const folder = await enrolled(1);
  const { stdout } = await rekey([...SCOPE, '--plan', '--json'], { folder });
  const { planHash } = JSON.parse(stdout) as { planHash: string };
  const inTheWay = join(folder, '.rekey', 'engine.pid');
  mkdirSync(inTheWay);
  const failed = await rekey([...SCOPE, '--yes', '--plan-hash', planHash], { folder });
  expect(failed).toMatchObject({ code: 1, stdout: '' });
  expect(failed.stderr).toContain('engine.log says which');
  const [, next = ''] = /Next: rekey (watch inc-[^ ]+) · rekey doctor/.exec(failed.stderr) ?? [];
  rmdirSync(inTheWay);
  expect((await rekey(next.split(' '), { folder })).code).toBe(3);
});

test('another process holds the state: what writes says so and changes nothing, what reads goes on', async () => {
  const folder = await enrolled(1);
  const ref = 'vault://prod/tokens/a-long-name-of-a-token-0';
  const holder = await holdState(join(folder, '.rekey', 'rekey.db'));
  writeFileSync(
    join(folder, 'rekey.yaml'),
    readFileSync(join(folder, 'rekey.yaml'), 'utf8').replace('maxAge: 30d', 'maxAge: 7d'),
  );
  const refused = await Promise.all([
    rekey(['secret', 'put', ref], { folder, input: 'planted-1' }),
    rekey(['apply', '--yes'], { folder }),
    rekey([...SCOPE, '--plan'], { folder }),
  ]);
  for (const { code, stdout, stderr } of refused) {
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('another process has held the state for more than 5 s');
    expect(stderr).toContain('Nothing was changed.\n       Next: the same command again');
  }
  const status = await rekey(['status', '--json'], { folder });
  expect(JSON.parse(status.stdout)).toMatchObject({ classes: [{ name: 'tokens', withoutValue: 1 }] });
  await holder.letGo();
  expect((await rekey(['secret', 'put', ref], { folder, input: 'planted-1' })).code).toBe(0);
  expect((await rekey(['apply', '--yes'], { folder })).stdout).toBe('added 0, changed 1, removed 0\n');
});
