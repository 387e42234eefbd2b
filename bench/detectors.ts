import type { AuditEntry } from '../shared/domain/audit/entry.ts';
import { judge } from '../shared/domain/detect/detect.ts';
import { createMemory } from '../shared/domain/detect/memory.ts';
import { type DetectionPolicy, STANDARD_POLICY } from '../shared/domain/detect/policy.ts';
import { createRecentIds } from '../shared/domain/detect/recent-ids.ts';
import { seeded } from '../test/support/trail/random.ts';
import { heldBytes } from './held-bytes.ts';

const FROM_MS = Date.UTC(2026, 8, 1);
const PRINCIPALS = 100_000;
const SECRETS = 20_000;
/** Two million of them are a day and a bit. */
const EVERY_MS = 50;

/** A firm with people's hours, and a few that are suppressed. */
const POLICY: DetectionPolicy = {
  ...STANDARD_POLICY,
  calendars: {
    office: {
      zone: 'Europe/Berlin',
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
      fromMinute: 480,
      toMinute: 1_080,
      holidays: ['2026-10-03'],
    },
  },
  readers: [
    { principal: '*:role/Worker*', is: 'worker' },
    { principal: '*:role/Person*', is: 'person', tenant: 'acme' },
  ],
  hours: { classes: { payments: 'office' }, groups: {} },
};

/** The entry of a place in a stream: nearly all are reads of what the principal always reads, one in fifty is refused. */
function entryAt(index: number, random: () => number): AuditEntry {
  const principal = Math.floor(random() ** 3 * PRINCIPALS);
  const secret = (principal * 7 + Math.floor(random() * 6)) % SECRETS;
  const isPerson = principal % 20 === 0;
  const dice = random();
  const eventId = `${index.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
  return {
    v: 1,
    id: `read:cloudtrail:${eventId}`,
    atMs: FROM_MS + index * EVERY_MS,
    action: 'read',
    outcome: dice < 0.02 ? 'denied' : 'success',
    actor: { user: `arn:aws:iam::111122223333:role/${isPerson ? 'Person' : 'Service'}${principal}` },
    source: `10.${principal % 250}.${secret % 4}.${index % 250}`,
    ref: `vault://prod/team-${secret % 97}/app-${secret}`,
    className: `class-${secret % 40}`,
    tenant: 'acme',
    read: {
      from: 'cloudtrail',
      eventId,
      verb: dice > 0.97 ? 'look' : dice > 0.6 ? 'open' : 'read',
      kind: 'role',
      session: `session-${index % 1_000}`,
      userAgent: 'aws-sdk-js/3',
      region: 'eu-central-1',
      account: '111122223333',
      secret: { fate: 'live' },
    },
  };
}

export interface DetectorFigures {
  /** Seconds are the processor's, its collecting of garbage among them, whoever else it works for. Of each batch, after one that compiles. */
  readonly perSecond: readonly number[];
  /** Held after half of the events and after all of them. */
  readonly halfMiB: number;
  readonly fullMiB: number;
  readonly findings: number;
  readonly states: number;
}

/** All detectors together, on one core, over so many events of 100,000 principals. */
export function measureDetectors(events: number, batch = 20_000): DetectorFigures {
  const random = seeded(1);
  const memory = createMemory();
  const bench = { ground: { policy: POLICY, watchedSinceMs: 0 }, memory, recent: createRecentIds() };
  const perSecond: number[] = [];
  let findings = 0;
  let halfMiB = 0;
  for (let from = 0; from < events; from += batch) {
    const written = JSON.stringify(
      Array.from({ length: batch }, (_, index) => entryAt(from + index, random)),
    );
    // As lines of the audit are read: a text that was put together in memory is another kind of text.
    const entries = JSON.parse(written) as AuditEntry[];
    const started = process.cpuUsage();
    findings += judge(entries, Number.MAX_SAFE_INTEGER, bench).findings.length;
    const { user, system } = process.cpuUsage(started);
    const seconds = (user + system) / 1_000_000;
    if (from > 0) perSecond.push(batch / seconds);
    if (from < events / 2 && from + batch >= events / 2) halfMiB = heldBytes() / 2 ** 20;
  }
  return { perSecond, halfMiB, fullMiB: heldBytes() / 2 ** 20, findings, states: memory.size };
}
