import type { AuditEntry } from '../../../shared/domain/audit/entry.ts';
import { type Bench, type Judgement, judge } from '../../../shared/domain/detect/detect.ts';
import type { Finding } from '../../../shared/domain/detect/finding.ts';
import { createMemory } from '../../../shared/domain/detect/memory.ts';
import { type DetectionPolicy, STANDARD_POLICY } from '../../../shared/domain/detect/policy.ts';
import { createRecentIds } from '../../../shared/domain/detect/recent-ids.ts';
import type { Rule } from '../../../shared/domain/detect/rule.ts';
import { changeEntry } from '../../../shared/domain/reads/change-entry.ts';
import { readRecord } from '../../../shared/domain/reads/cloudtrail/read-record.ts';
import type { KnownSecret } from '../../../shared/domain/reads/known-secret.ts';
import { readEntry } from '../../../shared/domain/reads/read-entry.ts';
import type { SecretRecord } from '../../../shared/domain/secret.ts';
import type { VersionRecord } from '../../../shared/domain/version.ts';
import { aSecret } from '../../contracts/records.ts';
import { DAY_MS, MONDAY_MS, type TrailJson } from './records.ts';

/** A secret as the registry knows it: `vault://` and its name. */
export function known(
  name: string,
  about: Partial<SecretRecord> = {},
  versions: readonly VersionRecord[] = [],
): KnownSecret {
  return {
    secret: { ...aSecret(`vault://${name}`, 'payments', 'main-db'), ...about },
    versions,
    record: { epoch: 1 },
  };
}

/** What an entry is made of: whatever the registry does not know is not enrolled. */
export type Registered = Readonly<Record<string, KnownSecret>>;

export function entryOf(record: TrailJson, registered: Registered = {}): AuditEntry {
  const told = readRecord(record);
  if (told.kind === 'read') {
    const secret = registered[told.event.secret?.name ?? ''];
    return readEntry(told.event, secret);
  }
  if (told.kind !== 'change') throw new Error(`the record was taken for ${told.kind}`);
  const secret = registered[told.change.secret?.name ?? ''];
  return changeEntry(told.change, { own: false, ...(secret === undefined ? {} : { known: secret }) });
}

/** Watched for a year before the stories: what is new is new. */
const WATCHED_SINCE_MS = MONDAY_MS - 365 * DAY_MS;

export function aBench(policy: DetectionPolicy = STANDARD_POLICY, about: Partial<Bench> = {}): Bench {
  return {
    ground: { policy, watchedSinceMs: WATCHED_SINCE_MS },
    memory: createMemory(),
    recent: createRecentIds(),
    ...about,
  };
}

export function judged(entries: readonly AuditEntry[], bench: Bench = aBench()): Judgement {
  return judge(entries, Number.MAX_SAFE_INTEGER, bench);
}

/** What a rule makes of records in their order: the last words of each of its findings. */
export function findingsOf(
  rule: Rule,
  records: readonly TrailJson[],
  { registered = {}, policy }: { readonly registered?: Registered; readonly policy?: DetectionPolicy } = {},
): Finding[] {
  const { findings, faults } = judged(
    records.map((record) => entryOf(record, registered)),
    aBench(policy),
  );
  if (faults.length > 0) throw new Error(`${faults[0]?.rule}: ${faults[0]?.error}`);
  const last = new Map<string, Finding>();
  for (const { finding } of findings) if (finding.rule === rule) last.set(finding.id, finding);
  return [...last.values()];
}

/** The policy with one of its rules set otherwise. */
export function policyWith<R extends Rule>(
  rule: R,
  figures: Partial<DetectionPolicy['rules'][R]>,
  about: Partial<DetectionPolicy> = {},
): DetectionPolicy {
  return {
    ...STANDARD_POLICY,
    ...about,
    rules: { ...STANDARD_POLICY.rules, [rule]: { ...STANDARD_POLICY.rules[rule], ...figures } },
  };
}
