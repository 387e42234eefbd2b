import { expect, test } from 'vitest';
import { assignCase } from '../../functions/assign-case/handler.ts';
import { closeCase } from '../../functions/close-case/handler.ts';
import { listCases } from '../../functions/list-cases/handler.ts';
import { noteStep } from '../../functions/note-step/handler.ts';
import { showCase } from '../../functions/show-case/handler.ts';
import { nextStepsOf } from '../../shared/domain/case/next-steps.ts';
import type { Finding } from '../../shared/domain/detect/finding.ts';
import { gatherFindings } from '../../shared/driver/gather-findings.ts';
import { sayCase } from '../../shared/driver/slack/say/case.ts';
import { aFinding } from '../contracts/cases.ts';
import { aFolder, rekey } from '../support/command-line.ts';
import { callAs } from '../support/people.ts';
import { aWorld, type World } from '../support/world.ts';

async function found(world: World, about: Partial<Finding>): Promise<string> {
  const [record] = await gatherFindings(world.state.services, [aFinding(about)], () => true);
  return record?.id ?? '';
}

test('[7.1] findings about one principal gather in one case, the worst of them decides, and another’s are another', async () => {
  const world = await aWorld({ secrets: 1 });
  const caseId = await found(world, { principal: 'crawler', severity: 'low' });
  expect(await found(world, { principal: 'crawler', severity: 'high', rule: 'decoy' })).toBe(caseId);
  expect(await found(world, { principal: 'crawler', severity: 'medium' })).toBe(caseId);
  const other = await found(world, { principal: 'shop' });
  const { record } = await callAs(world, 'ada', showCase, { caseId });
  expect(record).toMatchObject({
    severity: 'high',
    counts: { 'denied-reads': 2, decoy: 1 },
    subject: { principal: 'crawler' },
  });
  const { cases } = await callAs(world, 'ada', listCases, { all: false, limit: 10 });
  expect(new Set(cases.map(({ id }) => id))).toEqual(new Set([caseId, other]));
});

test('[7.1] what is about nobody and no secret has a case of its rule, and no reference that there is not', async () => {
  const world = await aWorld({ secrets: 1 });
  const { principal: _nobody, ...finding } = aFinding({ rule: 'audit-gap' });
  const [record] = await gatherFindings(world.state.services, [finding], () => true);
  expect(record?.subject).toEqual({ rule: 'audit-gap' });
  const entries = await world.state.services.audit.find({ action: ['case', 'finding'] });
  expect(entries.filter(({ ref }) => ref !== undefined)).toEqual([]);
});

test('[7.1] a case is somebody’s, is closed with what it was, and a closed one is changed no more', async () => {
  const world = await aWorld({ secrets: 1 });
  const caseId = await found(world, { principal: 'crawler' });
  await callAs(world, 'ada', assignCase, { caseId, owner: 'grace' });
  const { record } = await callAs(world, 'grace', closeCase, { caseId, reason: 'a night release' });
  expect(record).toMatchObject({ state: 'closed', owner: 'grace' });
  for (const again of [
    callAs(world, 'ada', closeCase, { caseId, reason: 'mine' }),
    callAs(world, 'ada', assignCase, { caseId, owner: 'ada' }),
  ])
    await expect(again).rejects.toMatchObject({
      code: 'case-closed',
      family: 'Conflict',
      message: expect.stringContaining('closed by grace: a night release') as string,
    });
  const entries = await world.state.services.audit.find({ action: ['case'] });
  expect(entries.map(({ actor, caseId: of, reason }) => [actor.user, of, reason])).toEqual(
    expect.arrayContaining([
      ['ada', caseId, 'assigned: grace'],
      ['grace', caseId, 'closed: a night release'],
    ]),
  );
  expect((await callAs(world, 'ada', listCases, { all: false, limit: 10 })).cases).toEqual([]);
  // What is found afterwards opens another, and the first finding no second.
  expect(await found(world, { principal: 'crawler' })).not.toBe(caseId);
});

test('[7.1] one that there is not is said', async () => {
  const world = await aWorld({ secrets: 1 });
  await expect(callAs(world, 'ada', showCase, { caseId: 'case-none' })).rejects.toMatchObject({
    code: 'case-unknown',
    family: 'NotFound',
  });
});

const AT_NIGHT_MS = Date.UTC(2026, 10, 28, 3, 12);

test('[7.2] a case has what contains it one step away: the principal, each secret, its class with cause and time filled in', async () => {
  const world = await aWorld({ secrets: 2 });
  const principal = "o'brien; rm -rf /";
  const about = { principal, className: 'payments', ref: String(world.refs[0]) };
  const caseId = await found(world, { ...about, atMs: AT_NIGHT_MS + 60_000 });
  await found(world, { ...about, atMs: AT_NIGHT_MS, rule: 'decoy', ref: String(world.refs[1]) });
  const { record } = await callAs(world, 'ada', showCase, { caseId });
  const commands = [
    `rekey quarantine --principal 'o'\\''brien; rm -rf /' --case ${caseId} --reason 'findings of ${caseId}'`,
    ...world.refs
      .slice(0, 2)
      .map((ref) => `rekey rotate ${ref} --reason 'findings of ${caseId}' --case ${caseId}`),
    `rekey break-glass --class payments --cause reader-compromised --since 2026-11-28T03:12:00.000Z --principal 'o'\\''brien; rm -rf /' --case ${caseId}`,
  ];
  expect(nextStepsOf(record).map(({ command }) => command)).toEqual(commands);
  const shown = await rekey(['case', 'show', caseId, '--json'], { folder: aFolder(), home: world.home });
  expect(JSON.parse(shown.stdout)).toMatchObject({ next: commands.map((command) => ({ command })) });
  const text = await rekey(['case', 'show', caseId], { folder: aFolder(), home: world.home });
  for (const command of commands) expect(text.stdout).toContain(command);
  expect(JSON.stringify(sayCase(record))).toContain(`--cause reader-compromised --since`);
  const closed = await callAs(world, 'ada', closeCase, { caseId, reason: 'a drill' });
  expect(nextStepsOf(closed.record)).toEqual([]);
});

test('[7.2] where nobody is named the cause is unknown, and nobody is quarantined', async () => {
  const world = await aWorld({ secrets: 1 });
  const { principal: _nobody, ...finding } = aFinding({ className: 'payments', ref: String(world.refs[0]) });
  const [record] = await gatherFindings(world.state.services, [finding], () => true);
  if (record === undefined) throw new Error('no case');
  const steps = nextStepsOf(record);
  expect(steps.map(({ what }) => what)).toEqual(['rotate', 'break-glass']);
  expect(steps[1]?.command).toContain('--cause unknown');
  expect(steps[1]?.command).not.toContain('--principal');
});

test('[7.2] what was begun for a case stands in its history by its id, with who began it, closed or not', async () => {
  const world = await aWorld({ secrets: 1 });
  const caseId = await found(world, { principal: 'crawler' });
  const { id } = await world.breakGlass();
  const { record } = await callAs(world, 'ada', noteStep, { caseId, operation: id });
  expect(record.history.at(-1)).toMatchObject({ who: 'ada', what: 'break-glass started', detail: id });
  const [entry] = await world.state.services.audit.find({
    action: ['case'],
    reason: `break-glass started: ${id}`,
  });
  expect(entry).toMatchObject({ caseId, actor: { user: 'ada' } });
  await expect(callAs(world, 'ada', noteStep, { caseId: 'case-none', operation: id })).rejects.toMatchObject({
    code: 'case-unknown',
  });
  // Whoever says so is not taken at his word.
  for (const operation of ['inc-20261128-payments-0a1b', 'req-0a1b2c3d'])
    await expect(callAs(world, 'ada', noteStep, { caseId, operation })).rejects.toMatchObject({
      code: 'step-unknown',
    });
  const { record: after } = await callAs(world, 'ada', showCase, { caseId });
  expect(after.history).toEqual(record.history);
});
