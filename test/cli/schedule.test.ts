import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explanationText, windowTable } from '../../cli/screen/schedule.ts';
import type { HeldBack } from '../../shared/domain/schedule/held-back.ts';
import { heldText } from '../../shared/domain/schedule/held-text.ts';
import { AT_MS } from '../contracts/records.ts';
import { aFolder, rekey } from '../support/command-line.ts';

const FILE = `version: 1
targets:
  main-db:
    kind: postgres
    connection: { host: 127.0.0.1, port: 5432, tls: disable }
    admins: [{ user: postgres, password: "vault://admin/main-db" }]
classes:
  payments:
    owner: payments-team
    maxAge: 30d
    rotation:
      every: 20d
      windows: [{ days: [sun], from: "02:00", to: "04:00", zone: UTC }]
  admins: { owner: platform-team, maxAge: 90d }
secrets:
  - { ref: "vault://admin/main-db", class: admins, tenant: platform }
  - { ref: "vault://prod/ledger", class: payments, tenant: acme, target: main-db, account: { role: ledger } }
`;

test('[5.2] schedule shows the coming windows, and explains one secret', async () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'rekey.yaml'), FILE);
  expect((await rekey(['apply', '--yes'], { folder })).code).toBe(0);
  const shown = await rekey(['schedule', '--days', '21'], { folder });
  expect(shown.code).toBe(0);
  const [first, empty, head, ...windows] = shown.stdout.trimEnd().split('\n');
  expect(first).toBe('class payments: 0 in flight, 0 to begin at the next look');
  expect([empty, head]).toEqual(['', 'class     opens              closes             due  holds']);
  expect(windows).toHaveLength(3);
  expect(windows[1]).toMatch(/^payments {2}\S+T02:00Z {2}\S+T04:00Z {2}0 {4}2$/);

  const explained = (ref: string, ...words: string[]) =>
    rekey(['schedule', '--explain', ref, ...words], { folder });
  expect((await explained('vault://prod/ledger')).stdout).toBe(
    'vault://prod/ledger does not rotate by itself: it has no value yet: rekey secret put\n',
  );
  expect(JSON.parse((await explained('vault://admin/main-db', '--json')).stdout)).toEqual({
    ref: 'vault://admin/main-db',
    standing: 'never',
    why: 'no-target',
  });
  const json = JSON.parse((await rekey(['schedule', '--json'], { folder })).stdout) as Record<
    string,
    unknown
  >;
  expect(Object.keys(json)).toEqual(expect.arrayContaining(['atMs', 'classes', 'windows', 'freezes']));

  const unknown = await explained('vault://prod/leger');
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain('did you mean vault://prod/ledger?');
  for (const days of ['0', '2.5', 'many']) {
    expect((await rekey(['schedule', '--days', days], { folder })).code).toBe(2);
  }
});

test('[5.2] a table of windows says what each holds and who is late', () => {
  const span = { fromMs: AT_MS, toMs: AT_MS + 7_200_000 };
  expect(
    windowTable([
      { className: 'payments', ...span, due: 30, holds: 20, late: 10 },
      { className: 'api', ...span, due: 4, holds: null, late: 0 },
    ]),
  ).toEqual([
    'class     opens              closes             due  holds',
    'payments  2026-11-24T03:00Z  2026-11-24T05:00Z  30   20     10 late',
    'api       2026-11-24T03:00Z  2026-11-24T05:00Z  4    all',
  ]);
});

const REF = 'vault://prod/ledger';
const due = { dueAtMs: AT_MS, overAgeAtMs: AT_MS + 86_400_000 };

test('[5.2] every standing of a secret has its words', () => {
  const text = (why: Parameters<typeof explanationText>[2]) => explanationText(REF, 'payments', why);
  expect(text({ standing: 'waiting', ...due })).toEqual([
    `${REF} waits for its turn`,
    '  due 2026-11-24T03:00Z, over its maximum age 2026-11-25T03:00Z',
  ]);
  expect(text({ standing: 'begins', dueAtMs: 0, overAgeAtMs: 0 })).toEqual([
    `${REF} begins at the next look`,
    '  due: nobody knows how old its value is',
  ]);
  expect(text({ standing: 'in-flight', operation: 'op-1', stage: 'promoted' })).toEqual([
    `${REF} is being rotated: op-1, promoted`,
  ]);
  expect(text({ standing: 'held-back', why: { because: 'braked' }, ...due })).toEqual([
    `${REF} is held back: its class is under the brake`,
    '  due 2026-11-24T03:00Z, over its maximum age 2026-11-25T03:00Z',
    '  next: rekey brake --class payments --release',
  ]);
});

const failure = { code: 'refused', message: 'too long' };
const freeze = { v: 1, frozen: true, by: 'ada', atMs: AT_MS, reason: '' } as const;

test.each<[HeldBack, string, string | undefined]>([
  [{ because: 'incident', incident: 'inc-1' }, 'incident inc-1 of its class is open', 'rekey watch inc-1'],
  [{ because: 'frozen', freeze }, 'everything is frozen since 2026-11-24T03:00:00Z by ada', 'rekey unfreeze'],
  [
    { because: 'frozen', freeze: { ...freeze, className: 'payments', reason: 'year end' } },
    'class payments is frozen since 2026-11-24T03:00:00Z by ada: year end',
    'rekey unfreeze --class payments',
  ],
  [
    { because: 'window-closed', opensAtMs: AT_MS },
    'the windows of its class are closed until 2026-11-24T03:00Z',
    undefined,
  ],
  [{ because: 'window-closed', opensAtMs: null }, 'no window of its class opens within a month', undefined],
  [
    { because: 'error-rate', stop: { failed: 5, tries: 20, probedFromMs: AT_MS } },
    'its class stopped itself: 5 of its last 20 tries failed; one secret at a time is tried from 2026-11-24T03:00Z on',
    'rekey unfreeze --class payments',
  ],
  [{ because: 'class-full', inFlight: 3, atOnce: 3 }, '3 of at most 3 of its class are in flight', undefined],
  [
    { because: 'target-full', inFlight: 3, atOnce: 2 },
    '3 of at most 2 at its target are in flight',
    undefined,
  ],
  [
    { because: 'tenant-full', inFlight: 1, atOnce: 1 },
    '1 of at most 1 of its tenant are in flight',
    undefined,
  ],
  [
    { because: 'held-off', untilMs: AT_MS, ...failure },
    'its last try failed (refused: too long); tried again from 2026-11-24T03:00Z on',
    undefined,
  ],
  [
    { because: 'retries-spent', failures: 4, ...failure },
    '4 tries failed, the last: refused: too long',
    `rekey rotate ${REF}`,
  ],
  [
    { because: 'parked', ...failure },
    'a rotation of it waits for somebody: refused: too long',
    `rekey status ${REF}`,
  ],
  [{ because: 'claimed', operation: 'op-1' }, 'op-1 holds it', undefined],
  [
    { because: 'cut', operation: 'inc-1' },
    'it is off at its target since inc-1',
    'rekey incident show inc-1',
  ],
])('[5.2] %o has its words, and the next command', (why, text, next) => {
  expect(heldText(why, { className: 'payments', ref: REF })).toEqual(
    next === undefined ? { text } : { text, next },
  );
});
