import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ReportData } from '../../shared/domain/report/report.ts';
import { anEntry } from '../contracts/records.ts';
import { aFolder, rekey } from '../support/command-line.ts';
import { aFinding } from '../support/report-data.ts';
import { aWorld } from '../support/world.ts';

const HOUR_MS = 3_600_000;

test('[7.1] one command writes who read what, what was found and how old everything is, for its reader alone', async () => {
  const { home, state } = await aWorld({ secrets: 2 });
  const nowMs = Date.now();
  const read = (user: string, ageMs: number, outcome: 'success' | 'denied' = 'success') =>
    anEntry({
      action: 'read',
      outcome,
      atMs: nowMs - ageMs,
      actor: { user },
      ref: 'vault://prod/payments/s0',
    });
  const finding = aFinding({ atMs: nowMs - HOUR_MS, principal: 'night-reader' });
  await state.services.registry.append([
    read('checkout', HOUR_MS),
    read('checkout', 40 * 24 * HOUR_MS),
    read('night-reader', HOUR_MS, 'denied'),
    anEntry({ action: 'finding', atMs: finding.atMs, actor: { user: 'night-reader' }, finding }),
  ]);
  await state.services.cases.save({
    v: 1,
    id: 'case-1',
    openedBy: finding.id,
    subject: { principal: 'night-reader' },
    state: 'open',
    severity: 'high',
    openedAtMs: nowMs - HOUR_MS,
    lastAtMs: nowMs - HOUR_MS,
    counts: { 'off-hours': 1 },
    findings: [finding],
    history: [],
    revision: 0,
  });
  const folder = aFolder();
  const ended = await rekey(['report', '--out', 'report.html', '--json'], { folder, home });
  expect(ended).toMatchObject({ code: 0, stderr: 'wrote report.html: 1 read, 1 denied\n' });
  const data = JSON.parse(ended.stdout) as ReportData;
  expect(data.reads).toMatchObject({ reads: 1, denied: 1 });
  expect(data.cases).toEqual([expect.not.objectContaining({ findings: expect.anything() as unknown })]);
  expect(data.ages.find(({ className }) => className === 'payments')).toMatchObject({ values: 2 });
  const page = readFileSync(join(folder, 'report.html'), 'utf8');
  for (const said of ['1 case is open, the worst high', 'case-1', 'night-reader', 'none of 1,204 reads'])
    expect(page).toContain(said);
  expect(statSync(join(folder, 'report.html')).mode & 0o077).toBe(0);
});

test('a time that cannot be read, or is yet to come, writes no report', async () => {
  const { home } = await aWorld();
  const folder = aFolder();
  for (const [since, said] of [
    ['soon', '--since soon is neither'],
    ['2999-01-01T00:00:00Z', 'is yet to come'],
  ] as const) {
    const ended = await rekey(['report', '--since', since], { folder, home });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(said);
  }
  expect(existsSync(join(folder, 'rekey-report.html'))).toBe(false);
});
