import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Context } from '../../cli/context.ts';
import type { Face } from '../../cli/face.ts';
import { insistOnCase, noteStep } from '../../cli/note-step.ts';
import { openState } from '../../local/state.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { gatherFindings } from '../../shared/driver/gather-findings.ts';
import { aFolder, rekey } from '../support/command-line.ts';

const FILE = `version: 1
people: {}
targets: {}
classes:
  payments: { owner: payments-team, maxAge: 30d }
  platform: { owner: platform-team, maxAge: 30d }
consumers: {}
secrets: []
`;

async function enrolled(): Promise<string> {
  const folder = aFolder();
  writeFileSync(join(folder, 'rekey.yaml'), FILE);
  expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
  return folder;
}

async function planHashOf(folder: string, scope: readonly string[]): Promise<string> {
  const { stdout } = await rekey([...scope, '--plan', '--json'], { folder });
  return (JSON.parse(stdout) as { planHash: string }).planHash;
}

const SCOPE = ['break-glass', '--class', 'payments', '--cause', 'values-leaked'];

test('a class that there is not suggests the nearest, and nothing is started', async () => {
  const folder = await enrolled();
  const ended = await rekey(['break-glass', '--class', 'paymets', '--cause', 'unknown'], { folder });
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain('there is no class paymets (did you mean payments?)');
  expect(ended.stderr).toContain('Nothing was changed.\n       Next: rekey status');
  const nobody = await rekey(['break-glass', '--class', 'payments', '--tenant', 'acme'], { folder });
  expect(nobody.stderr).toContain('there is no tenant acme');
  const { stdout } = await rekey(['incident', 'list', '--json'], { folder });
  expect(JSON.parse(stdout)).toEqual([]);
});

test('[5.4] an empty class ends at once, with nothing claimed of anything', async () => {
  const folder = await enrolled();
  const planHash = await planHashOf(folder, SCOPE);
  const ended = await rekey([...SCOPE, '--yes', '--plan-hash', planHash, '--json'], { folder });
  expect(ended.code).toBe(0);
  expect(JSON.parse(ended.stdout)).toMatchObject({
    state: 'sealed',
    secrets: 0,
    provenRevoked: 0,
    unproven: 0,
    containMs: null,
    reissueMs: null,
    proveMs: null,
  });
});

test('[F.1] --yes without the hash of the plan that was looked at, or with another, opens nothing', async () => {
  const folder = await enrolled();
  const planHash = await planHashOf(folder, SCOPE);
  const without = await rekey([...SCOPE, '--yes'], { folder });
  expect(without).toMatchObject({ code: 2, stdout: '' });
  expect(without.stderr).toContain(
    `--yes needs --plan-hash: it says which plan was looked at (${planHash} now)`,
  );
  const other = await rekey([...SCOPE, '--yes', '--plan-hash', 'ab'.repeat(32), '--json'], { folder });
  expect(other.code).toBe(2);
  expect(JSON.parse(other.stdout)).toMatchObject({ error: { code: 'plan-hash' } });
  const unasked = await rekey(SCOPE, { folder });
  expect(unasked.code).toBe(2);
  expect(unasked.stderr).toContain('there is no terminal to confirm at: --yes --plan-hash does');
  // The plan that was looked at is no longer the one that would be done.
  writeFileSync(
    join(folder, 'rekey.yaml'),
    FILE.replace('secrets: []', 'secrets: [{ ref: "vault://t/a", class: payments, tenant: acme }]'),
  );
  expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
  const moved = await rekey([...SCOPE, '--yes', '--plan-hash', planHash], { folder });
  expect(moved.code).toBe(2);
  expect(moved.stderr).toContain(`${planHash} was looked at: something changed in between`);
  const { stdout } = await rekey(['incident', 'list', '--json'], { folder });
  expect(JSON.parse(stdout)).toEqual([]);
});

test('what cannot be read of the question is said with what to give', async () => {
  const folder = await enrolled();
  const noCause = await rekey(['break-glass', '--class', 'payments'], { folder });
  expect(noCause.code).toBe(2);
  expect(noCause.stderr).toContain('--cause says what happened');
  const since = await rekey([...SCOPE, '--since', 'lately', '--plan'], { folder });
  expect(since.code).toBe(2);
  expect(since.stderr).toContain('Next: rekey break-glass … --since 2h');
  const noClass = await rekey(['break-glass', '--cause', 'unknown', '--plan'], { folder });
  expect(noClass.code).toBe(2);
  expect(noClass.stderr).toContain('which class?');
});

/** A case about the class, as a finding opens it. */
async function aCase(folder: string): Promise<string> {
  const state = openState(join(folder, '.rekey'));
  const finding = {
    v: 1,
    id: 'f1',
    rule: 'denied-reads',
    atMs: Date.now(),
    severity: 'high',
    certainty: 'likely',
    principal: 'crawler',
    className: 'payments',
    seen: 'seen',
    unusual: 'unusual',
    evidence: [],
    next: 'rekey cases',
  } as const;
  const [record] = await gatherFindings(state.services, [finding], () => true);
  state.close();
  if (record === undefined) throw new Error('no case');
  return record.id;
}

test('[7.2] a break-glass for a case stands in its history once there is an incident; a case that there is not holds it up no moment', async () => {
  const folder = await enrolled();
  const caseId = await aCase(folder);
  const breakGlassFor = async (id: string) => {
    const planHash = await planHashOf(folder, SCOPE);
    const ended = await rekey([...SCOPE, '--yes', '--plan-hash', planHash, '--json', '--case', id], {
      folder,
    });
    const { incident, state } = JSON.parse(ended.stdout) as { incident: string; state: string };
    expect(state).toBe('sealed');
    return { incident, stderr: ended.stderr };
  };
  const unknown = await breakGlassFor(`${caseId}0`);
  expect(unknown.stderr).toContain(`${unknown.incident} goes on; ${caseId}0 does not say so: case-unknown`);
  const { incident, stderr } = await breakGlassFor(caseId);
  expect(stderr).not.toContain('does not say so');
  const shown = await rekey(['case', 'show', caseId, '--json'], { folder });
  const { history } = JSON.parse(shown.stdout) as { history: readonly { what: string; detail?: string }[] };
  expect(history.at(-1)).toMatchObject({ what: 'break-glass started', detail: incident });
});

test('[7.2] a case that cannot be looked at, or told, holds up nothing that is begun for it', async () => {
  const said: string[] = [];
  const context = { say: (line: string) => said.push(line) } as unknown as Context;
  const away = new RekeyError({
    code: 'control-plane-unreachable',
    family: 'TargetUnavailable',
    message: 'Watch cannot be reached',
    next: [],
  });
  const failing = (error: Error) => ({ call: async () => Promise.reject(error) }) as unknown as Face;
  const face = failing(away);
  const none = new RekeyError({ code: 'case-unknown', family: 'NotFound', message: 'none', next: [] });
  await expect(insistOnCase(context, failing(none), 'case-1')).rejects.toBe(none);
  await insistOnCase(context, face, 'case-1');
  await noteStep(context, face, { caseId: 'case-1', operation: 'inc-1' });
  expect(said).toEqual([
    'whether there is case-1 cannot be seen: control-plane-unreachable: Watch cannot be reached',
    'inc-1 goes on; case-1 does not say so: control-plane-unreachable: Watch cannot be reached',
  ]);
});
