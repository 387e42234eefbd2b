import { expect, test } from 'vitest';
import { assignCase } from '../../functions/assign-case/handler.ts';
import { closeCase } from '../../functions/close-case/handler.ts';
import { listCases } from '../../functions/list-cases/handler.ts';
import { showCase } from '../../functions/show-case/handler.ts';
import type { Finding } from '../../shared/domain/detect/finding.ts';
import { gatherFindings } from '../../shared/driver/gather-findings.ts';
import { aFinding } from '../contracts/cases.ts';
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
