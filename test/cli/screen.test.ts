import { expect, test } from 'vitest';
import { formatError } from '../../cli/screen/error.ts';
import { renderPlan } from '../../cli/screen/plan.ts';
import { type ProgressView, renderProgress } from '../../cli/screen/progress.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import type { Plan } from '../../shared/domain/incident.ts';

const view = (targets: number): ProgressView => ({
  incident: 'inc-20261124-payments-55b8',
  scope: { className: 'payments' },
  cause: 'unknown',
  state: 'open',
  elapsedMs: 10_000,
  layers: [{ layer: 'resolver', state: 'observed', detail: 'a canary reader was denied (fenced)' }],
  targets: Array.from({ length: targets }, (_, index) => ({
    target: `database-${index}`,
    total: 5_000 / targets,
    reissued: 60,
    proven: 50,
    parked:
      index === 1
        ? [{ code: 'target-unavailable', count: 75, firstRefs: ['vault://prod/payments/acme/app_0004'] }]
        : [],
    ...(index === 1 ? { aside: 'database-1 does not answer: ECONNREFUSED' } : {}),
  })),
  brake: { perSecond: 0, by: 'ada', sinceMs: Date.UTC(2026, 10, 25, 3, 12, 44) },
  unconfirmed: [{ consumer: 'checkout', owner: 'checkout-team', count: 12 }],
});

test.each([4, 40])('5,000 secrets at %i targets stay readable at 24 by 80', (targets) => {
  const lines = renderProgress(view(targets), { columns: 80, rows: 24 });
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(Math.max(...lines.map((line) => Array.from(line).length))).toBeLessThanOrEqual(80);
  const screen = lines.join('\n');
  expect(screen).toContain(`proven dead ${targets * 50} of 5000`);
  expect(screen).toMatch(/\d+\/s about \d+ s left/);
  expect(screen).toContain('parked at database-1: 75 × target-unavailable');
  expect(screen).toContain('not confirmed: checkout (owner checkout-team), 12 versions');
  expect(screen).toContain('re-issue stopped since 2026-11-25T03:12:44Z by ada');
  expect(screen).toContain('Ctrl-C detaches');
});

test('a plan of 5,000 secrets at 40 targets fits one screen and carries its hash', () => {
  const plan: Plan = {
    v: 1,
    scope: { className: 'payments' },
    cause: 'reader-compromised',
    fence: true,
    cut: true,
    fromEpoch: 3,
    secrets: [
      ...Array.from({ length: 5_000 }, (_, index) => ({
        ref: `vault://p/s${index}` as const,
        target: `db${index % 40}`,
        versionId: 'v',
      })),
      { ref: 'vault://p/by-hand', target: '', versionId: 'v' },
    ],
    consumers: ['checkout'],
    exposedAdmins: [{ target: 'db1', admin: 'vault://admin/db1', through: 'vault://admin/db1-spare' }],
  };
  const text = renderPlan(plan, 'ab'.repeat(32), [{ kind: 'postgres', gap: 'well under a second' }]);
  expect(text.split('\n').length).toBeLessThanOrEqual(24);
  expect(text).toContain('5000 secrets at 40 targets, epoch 3 → 4');
  expect(text).toContain(
    'BY HAND     1 that Rekey can neither re-issue nor cut, vault://p/by-hand among them',
  );
  expect(text).toContain('REFUSED for the whole scope until two people re-open it');
  expect(text).toContain('vault://admin/db1 of db1 could have been read: through vault://admin/db1-spare');
  expect(text).toContain('ab'.repeat(32));
});

test('an error says what failed and why, what is safe now, and the next command', () => {
  const error = new RekeyError({
    code: 'x',
    family: 'Denied',
    message: 'db1 refused its admin credential',
    safe: 'Nothing was changed.',
    next: ['rekey doctor', 'rekey status'],
  });
  expect(formatError(error)).toBe(
    'rekey: db1 refused its admin credential\n       Nothing was changed.\n       Next: rekey doctor · rekey status',
  );
});
