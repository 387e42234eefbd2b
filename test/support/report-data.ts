import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import type { Finding } from '../../shared/domain/detect/finding.ts';
import type { Rule } from '../../shared/domain/detect/rule.ts';
import { agesOf } from '../../shared/domain/report/ages.ts';
import { axisOf } from '../../shared/domain/report/axis.ts';
import { readsIn } from '../../shared/domain/report/reads.ts';
import type { ReportData } from '../../shared/domain/report/report.ts';
import { aClass, anEntry, aSecret } from '../contracts/records.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** When the report is written: a Tuesday. */
export const NOW_MS = Date.UTC(2026, 10, 24, 3, 0, 0);

/** The same numbers each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function aFinding(about: Partial<Finding> = {}): Finding {
  return {
    v: 1,
    id: `${about.rule ?? 'off-hours'}:${about.principal ?? ''}:${about.atMs ?? 0}`,
    rule: 'off-hours',
    atMs: NOW_MS - 2 * HOUR_MS,
    severity: 'medium',
    certainty: 'likely',
    principal: 'arn:aws:iam::111122223333:role/nightly-export',
    seen: '14 reads between 02:10 and 02:41 on Tuesday',
    unusual: 'none of 1,204 reads in 28 days was between 20:00 and 06:00',
    evidence: ['read:cloudtrail:1', 'read:cloudtrail:2'],
    next: 'rekey case show case-20261124-0a1b2c',
    ...about,
  };
}

/** A month of reads: services by day and night, people by day, a nightly reader, a probe, and one who reads much at once. */
export function monthOfReads(): AuditEntry[] {
  const random = seeded(7);
  const entries: AuditEntry[] = [];
  const read = (user: string, atMs: number, about: Partial<AuditEntry> = {}) =>
    entries.push(anEntry({ action: 'read', atMs, actor: { user }, source: '10.0.4.7', ...about }));
  for (let day = 30; day >= 0; day -= 1) {
    const midnight = NOW_MS - 3 * HOUR_MS - day * DAY_MS;
    const weekend = [0, 6].includes(new Date(midnight).getUTCDay());
    for (let hour = 0; hour < 24; hour += 1) {
      const atMs = midnight + hour * HOUR_MS;
      if (atMs > NOW_MS) continue;
      for (const [service, most] of [
        ['checkout', 9],
        ['billing-worker', 4],
        ['search-indexer', 2],
      ] as const) {
        const count = Math.floor(random() * most * (hour > 6 && hour < 21 ? 1 : 0.3));
        for (let one = 0; one < count; one += 1)
          read(`arn:aws:iam::111122223333:role/${service}`, atMs + one * 60_000, {
            ref: `vault://prod/${service}/s${one % 5}`,
            className: 'payments',
          });
      }
      if (!weekend && hour >= 8 && hour < 17 && random() < 0.4)
        read('ada', atMs, {
          ref: 'vault://prod/payments/ledger',
          actor: { user: 'ada', agent: 'support-desk' },
        });
    }
  }
  for (let one = 0; one < 14; one += 1)
    read('arn:aws:iam::111122223333:role/nightly-export', NOW_MS - 2 * HOUR_MS + one * 120_000, {
      ref: `vault://prod/ledger/${one}`,
    });
  for (let one = 0; one < 61; one += 1)
    read('arn:aws:iam::111122223333:user/contractor', NOW_MS - 9 * DAY_MS + one * 30_000, {
      ref: `vault://prod/payments/guess-${one % 7}`,
      outcome: 'denied',
      reason: 'AccessDeniedException',
      source: '203.0.113.9',
    });
  for (let one = 0; one < 8; one += 1)
    read('runtime', NOW_MS - 5 * DAY_MS + one * 600_000, {
      ref: 'vault://prod/payments/stripe',
      outcome: 'denied',
      reason: 'fenced',
      actor: { user: 'runtime', agent: 'refund-agent' },
    });
  return entries;
}

const FOUND: readonly (readonly [Rule, Finding['severity'], Finding['certainty'], number])[] = [
  ['off-hours', 'medium', 'likely', 2 * HOUR_MS],
  ['decoy', 'critical', 'certain', 26 * HOUR_MS],
  ['denied-reads', 'high', 'certain', 9 * DAY_MS],
  ['enumeration', 'high', 'likely', 9 * DAY_MS - HOUR_MS],
  ['new-network', 'low', 'possible', 17 * DAY_MS],
];

/** What a report of that month is made of. */
export function aReport(about: Partial<ReportData> = {}, entries = monthOfReads()): ReportData {
  const sinceMs = NOW_MS - 30 * DAY_MS;
  const axis = axisOf(sinceMs, NOW_MS);
  const classes = [aClass('payments'), aClass('search'), aClass('admins'), aClass('fresh')];
  const secrets = classes.slice(0, 3).flatMap(({ name }, index) =>
    Array.from({ length: [200, 40, 6][index] ?? 0 }, (_, at) => {
      const days = (at * [0.14, 0.6, 9][index]!) % ([29, 24, 44][index] ?? 1);
      const { ...secret } = aSecret(`vault://prod/${name}/s${at}`, name, 'db1');
      return {
        ...secret,
        currentVersionId: 'v',
        ...(name === 'admins' && at === 5 ? {} : { valueSinceMs: NOW_MS - days * DAY_MS }),
      };
    }),
  );
  return {
    writtenAtMs: NOW_MS,
    sinceMs,
    axis,
    reads: readsIn(entries, axis),
    readsCutAt: null,
    closed: [],
    findings: FOUND.map(([rule, severity, certainty, before]) =>
      aFinding({
        rule,
        severity,
        certainty,
        atMs: NOW_MS - before,
        ...(rule === 'decoy' ? { ref: 'vault://prod/payments/root_key' } : {}),
      }),
    ),
    findingsMore: 12,
    ages: agesOf(classes, [...secrets, aSecret('vault://prod/fresh/a', 'fresh', 'db1')], NOW_MS),
    cases: [
      {
        v: 1,
        id: 'case-20261123-0a1b2c',
        openedBy: 'f1',
        subject: { principal: 'arn:aws:iam::111122223333:user/contractor' },
        state: 'open',
        severity: 'critical',
        openedAtMs: NOW_MS - 9 * DAY_MS,
        lastAtMs: NOW_MS - 26 * HOUR_MS,
        counts: { 'denied-reads': 3, enumeration: 1, decoy: 1 },
        revision: 4,
        owner: 'ada',
      },
      {
        v: 1,
        id: 'case-20261124-77aa01',
        openedBy: 'f2',
        subject: { ref: 'vault://prod/payments/root_key' },
        state: 'open',
        severity: 'medium',
        openedAtMs: NOW_MS - 3 * HOUR_MS,
        lastAtMs: NOW_MS - 2 * HOUR_MS,
        counts: { 'off-hours': 2 },
        revision: 1,
      },
    ],
    casesMore: 0,
    incidents: [
      {
        id: 'inc-20261114-payments-55b8',
        state: 'sealed',
        className: 'payments',
        cause: 'values-leaked',
        startedBy: 'ada',
        confirmedAtMs: NOW_MS - 10 * DAY_MS,
        provenAtMs: NOW_MS - 10 * DAY_MS + 14_200,
      },
    ],
    head: { chain: 'rekey-prod', seq: 48_211, hash: 'ab'.repeat(32) },
    ...about,
  };
}
