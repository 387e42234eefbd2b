import type { AuditEntry } from '../../audit/entry.ts';
import { formatDuration } from '../../config/duration.ts';
import { type Detector, type Ground, NO_FINDINGS, NO_KEYS } from '../detector.ts';
import { type Finding, MOST_EVIDENCE } from '../finding.ts';
import { dayOf } from '../finding-id.ts';
import { found, type Said, secretOf } from '../found.ts';
import { quarantineCommand } from '../next-command.ts';
import { whoOf } from '../reader.ts';
import { isTaken, verbOf } from '../reads.ts';
import { shortHash } from '../sliding.ts';
import { type Told, tell } from '../told.ts';

const HOUR_MS = 3_600_000;
const SLOT_MS = 5 * 60_000;
/** Secrets that are remembered of one principal. Whoever reads more than that reads whatever there is: it is not judged. */
const MOST_SECRETS = 1_000;
/** Two hours of slots. */
const MOST_LISTINGS = 24;
/** Entries whose ids are remembered: as many as a finding names. */
const MOST_IDS = MOST_EVIDENCE;

interface Repertoire {
  /** First reads of each secret that it ever read, in order. */
  readonly firsts: readonly number[];
  /** Of which secret, by its hash. */
  readonly secrets: readonly number[];
  /** By which entry, the newest of them. */
  readonly ids: readonly string[];
  /** Slots of five minutes in which it looked for what there is. */
  readonly listings: readonly number[];
  /** Those in which it asked for many at once. */
  readonly batches: readonly number[];
  /** Too many secrets to say of any that it is new. */
  readonly wide?: true;
  readonly told: Told;
}

const NONE: Repertoire = { firsts: [], secrets: [], ids: [], listings: [], batches: [], told: [] };

/**
 * Many secrets that the principal never read before: in minutes, in fewer minutes after it looked what there is, or a few a day
 * over a week. What it reads again and again counts for nothing, so that a refresh of all that it works with passes.
 */
export const enumeration: Detector<Repertoire> = {
  rule: 'enumeration',
  keysOf(entry) {
    return isTaken(entry) || isListing(entry) ? [whoOf(entry)] : NO_KEYS;
  },
  judge(before = NONE, entry, ground, key) {
    const now = remember(before, entry);
    if (now === before || now.wide === true) return { state: now, findings: NO_FINDINGS };
    let { told } = now;
    const findings: Finding[] = [];
    for (const crossing of crossingsOf(now, entry, ground)) {
      const newer = tell(told, dayOf(crossing.atMs), crossing.count);
      if (newer === undefined) continue;
      told = newer;
      findings.push(found('enumeration', key, entry, saidOf(crossing, now, entry)));
    }
    return { state: { ...now, told }, findings };
  },
};

/** Looking for what there is. */
function isListing(entry: AuditEntry): boolean {
  if (entry.action !== 'read' || entry.outcome !== 'success') return false;
  const verb = verbOf(entry);
  return verb === 'list' || verb === 'look';
}

function remember(before: Repertoire, entry: AuditEntry): Repertoire {
  const listed = withSlots(before, entry);
  const secret = secretOf(entry);
  if (secret === undefined || !isTaken(entry)) return listed;
  const { firsts, secrets } = listed;
  const hash = shortHash(secret);
  const at = secrets.indexOf(hash);
  if (listed.wide === true || (at >= 0 && (firsts[at] ?? 0) <= entry.atMs)) return listed;
  if (at < 0 && firsts.length >= MOST_SECRETS) return { ...NONE, wide: true, told: listed.told };
  // Told late of an earlier read, it takes that one's place.
  const without = at < 0 ? listed : withoutFirst(listed, at);
  const place = without.firsts.findLastIndex((atMs) => atMs <= entry.atMs) + 1;
  const placeOfId = place - (without.firsts.length - without.ids.length);
  return {
    ...listed,
    firsts: without.firsts.toSpliced(place, 0, entry.atMs),
    secrets: without.secrets.toSpliced(place, 0, hash),
    ids: placeOfId < 0 ? without.ids : without.ids.toSpliced(placeOfId, 0, entry.id).slice(-MOST_IDS),
  };
}

function withoutFirst({ firsts, secrets, ids }: Repertoire, at: number) {
  const atId = at - (firsts.length - ids.length);
  return {
    firsts: firsts.toSpliced(at, 1),
    secrets: secrets.toSpliced(at, 1),
    ids: atId < 0 ? ids : ids.toSpliced(atId, 1),
  };
}

function withSlots(before: Repertoire, entry: AuditEntry): Repertoire {
  const slot = Math.floor(entry.atMs / SLOT_MS);
  const listings = isListing(entry) ? withSlot(before.listings, slot) : before.listings;
  const batches = verbOf(entry) === 'batch-read' ? withSlot(before.batches, slot) : before.batches;
  return batches === before.batches && listings === before.listings
    ? before
    : { ...before, listings, batches };
}

function withSlot(slots: readonly number[], slot: number): readonly number[] {
  if (slots.includes(slot)) return slots;
  return [...slots, slot].toSorted((one, other) => one - other).slice(-MOST_LISTINGS);
}

interface Crossing {
  readonly atMs: number;
  readonly how: 'fast' | 'listed' | 'slow';
  readonly count: number;
  readonly limit: number;
  readonly lastsMs: number;
  readonly evidence: readonly string[];
}

/** One a UTC day, the most telling: where the window crosses a threshold at the entry or after it. */
function crossingsOf(now: Repertoire, { atMs }: AuditEntry, { policy, watchedSinceMs }: Ground): Crossing[] {
  const { threshold, within, afterListing, slowThreshold, slowWithin, learn } = policy.rules.enumeration;
  const crossings: Crossing[] = [];
  const { firsts } = now;
  const ends = firsts.filter((endsMs) => endsMs >= atMs && endsMs < atMs + within + HOUR_MS);
  for (const endsMs of ends) {
    if (endsMs - watchedSinceMs < learn) continue;
    const quick = countOf(now, endsMs - within, endsMs);
    if (quick.count >= threshold) {
      crossings.push({ ...quick, atMs: endsMs, how: 'fast', limit: threshold, lastsMs: within });
    } else if (quick.count >= afterListing && hasSlot(now.listings, endsMs, within)) {
      crossings.push({ ...quick, atMs: endsMs, how: 'listed', limit: afterListing, lastsMs: within });
    }
    // By whole days: which day a first read is of changes no more once it is a quarter of an hour old.
    const fromMs = (dayOf(endsMs) + 1) * 86_400_000 - slowWithin;
    if (fromMs < watchedSinceMs) continue;
    const slow = countOf(now, fromMs - 1, endsMs);
    if (slow.count >= slowThreshold) {
      crossings.push({ ...slow, atMs: endsMs, how: 'slow', limit: slowThreshold, lastsMs: slowWithin });
    }
  }
  return [...Map.groupBy(crossings, (one) => dayOf(one.atMs)).values()].flatMap(
    (ofDay) => ofDay.findLast(({ how }) => how !== 'slow') ?? ofDay.at(-1) ?? [],
  );
}

function countOf({ firsts, ids }: Repertoire, afterMs: number, untilMs: number) {
  const from = firsts.findLastIndex((atMs) => atMs <= afterMs) + 1;
  const to = firsts.findLastIndex((atMs) => atMs <= untilMs) + 1;
  const older = firsts.length - ids.length;
  return { count: to - from, evidence: ids.slice(Math.max(0, from - older), Math.max(0, to - older)) };
}

/** Within an hour before the window began, or in it. */
function hasSlot(slots: readonly number[], endsMs: number, within: number): boolean {
  return slots.some((slot) => slot * SLOT_MS <= endsMs && slot * SLOT_MS > endsMs - within - HOUR_MS);
}

function saidOf(
  { atMs, how, count, limit, lastsMs, evidence }: Crossing,
  { firsts, batches }: Repertoire,
  entry: AuditEntry,
): Said {
  const { user } = entry.actor;
  const during = formatDuration(lastsMs);
  const before = firsts.length - count;
  return {
    atMs,
    evidence,
    severity: how === 'slow' ? 'medium' : 'high',
    certainty: how === 'slow' ? 'possible' : 'likely',
    seen: `${user} read ${count} secrets within ${during} that it never read before${how === 'listed' ? ', after looking what there is' : ''}${hasSlot(batches, atMs, lastsMs) ? ', with batch reads' : ''}, the last ${secretOf(entry) ?? 'unnamed'} from ${entry.source}`,
    unusual: `${before} ${before === 1 ? 'secret is' : 'secrets are'} all that it had read until then; ${limit} new ones within ${during}${how === 'listed' ? ' after a look' : ''} are too many`,
    next: quarantineCommand(user),
    ref: null,
  };
}
