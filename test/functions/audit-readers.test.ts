import { expect, test } from 'vitest';
import { readAudit } from '../../functions/read-audit/handler.ts';
import { readReport } from '../../functions/read-report/handler.ts';
import { searchAudit } from '../../functions/search-audit/handler.ts';
import { signAuditHead } from '../../functions/sign-audit-head/handler.ts';
import { rulesWith, STANDARD_POLICY } from '../../shared/domain/detect/policy.ts';
import { renderReportHtml } from '../../shared/domain/report/page/page.ts';
import { gatherFindings } from '../../shared/driver/gather-findings.ts';
import { callAs } from '../support/people.ts';
import { aWorld, type World } from '../support/world.ts';

const REF = 'vault://prod/payments/s0';

/** Whoever reads the audit of payments is in `payment-auditors`: ada is, grace is in another, root is nobody. */
async function aClosedWorld(readers: Record<string, string[]> | undefined): Promise<World> {
  const world = await aWorld({ secrets: 1 });
  const { registry } = world.state.services;
  const people = [
    { name: 'ada', user: 'ada', sshKeys: [], groups: ['payment-auditors'] },
    { name: 'grace', user: 'grace', sshKeys: [], groups: ['auditors'] },
  ];
  const policy = { v: 1 as const, name: 'audit' as const, pseudonyms: false };
  const audit = [readers === undefined ? policy : { ...policy, readers }];
  const detection = [{ ...STANDARD_POLICY, rules: rulesWith({}) }];
  await registry.applyEnrolment([{ put: { people, audit, detection }, remove: {}, entries: [] }]);
  await world.state.resolver.read(REF, { user: 'svc', source: '10.0.0.7' });
  await expect(
    world.state.resolver.read('vault://prod/none', { user: 'svc', source: '10.0.0.7' }),
  ).rejects.toMatchObject({ code: 'secret-unknown' });
  return world;
}

const CLOSED = { payments: ['payment-auditors'] };
const READS = { question: { action: ['read' as const] }, limit: 10 };
const refsOf = (entries: readonly { readonly ref?: string; readonly read?: { readonly named?: string } }[]) =>
  entries.map(({ ref, read }) => ref ?? read?.named);

test('[6.4] [6.5] a class says who reads its audit: others are shown the rest, and told what of it is not shown', async () => {
  const world = await aClosedWorld(CLOSED);
  const own = await callAs(world, 'ada', searchAudit, READS);
  expect([refsOf(own.entries), own.closed]).toEqual([[REF, 'vault://prod/none'], []]);
  for (const user of ['grace', 'root']) {
    const others = await callAs(world, user, searchAudit, READS);
    expect([refsOf(others.entries), others.closed]).toEqual([['vault://prod/none'], ['payments']]);
    const asked = await callAs(world, user, searchAudit, {
      question: { className: 'payments' },
      limit: 10,
    });
    expect(asked.entries).toEqual([]);
  }
});

test('[6.3] [6.5] the chain is handed out, and vouched for, to whoever may read all of it', async () => {
  const world = await aClosedWorld(CLOSED);
  const lines = { afterSeq: 0, limit: 100 };
  expect((await callAs(world, 'ada', readAudit, lines)).lines.length).toBeGreaterThan(0);
  await callAs(world, 'ada', signAuditHead, {});
  for (const call of [
    () => callAs(world, 'grace', readAudit, lines),
    () => callAs(world, 'grace', signAuditHead, {}),
  ])
    await expect(call()).rejects.toMatchObject({
      code: 'audit-closed',
      family: 'Denied',
      message: expect.stringContaining('payments') as string,
    });
});

test('[6.5] a report shows nobody the reads, findings and cases of a class that is closed to him', async () => {
  const world = await aClosedWorld(CLOSED);
  const { services } = world.state;
  const finding = {
    v: 1 as const,
    id: 'f1',
    rule: 'decoy' as const,
    atMs: Date.now() - 1_000,
    severity: 'high' as const,
    certainty: 'certain' as const,
    ref: REF,
    className: 'payments',
    tenant: 'acme',
    seen: 'planted-finding',
    unusual: 'always',
    evidence: [],
    next: 'rekey status',
  };
  await gatherFindings(services, [finding], () => true);
  await world.breakGlass();
  const reported = async (user: string) => {
    const { report } = await callAs(world, user, readReport, { sinceMs: Date.now() - 3_600_000 });
    const { reads, findings, cases, incidents } = report;
    return JSON.stringify({ reads, findings, cases, incidents });
  };
  const own = await reported('ada');
  for (const text of ['payments', 'planted-finding']) expect(own).toContain(text);
  expect(JSON.parse(await reported('grace'))).toMatchObject({ findings: [], cases: [], incidents: [] });
  expect(await reported('grace')).not.toContain('payments');
  const readsSeenBy = async (user: string) => {
    const { report } = await callAs(world, user, readReport, { sinceMs: Date.now() - 3_600_000 });
    return report.reads.readers.flatMap(({ columns }) => columns).reduce((sum, reads) => sum + reads, 0);
  };
  expect((await readsSeenBy('ada')) - (await readsSeenBy('grace'))).toBe(1);
  const { report } = await callAs(world, 'grace', readReport, { sinceMs: Date.now() - 3_600_000 });
  expect(renderReportHtml(report)).toContain('Not in this report is what the audit says of payments');
});

test('[6.5] where policy says nothing, whoever may ask for the audit is shown all of it', async () => {
  const world = await aClosedWorld(undefined);
  const { entries, closed } = await callAs(world, 'root', searchAudit, READS);
  expect([refsOf(entries), closed]).toEqual([[REF, 'vault://prod/none'], []]);
  await callAs(world, 'root', signAuditHead, {});
});
