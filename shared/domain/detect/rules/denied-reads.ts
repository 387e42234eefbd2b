import type { AuditEntry } from '../../audit/entry.ts';
import { formatDuration } from '../../config/duration.ts';
import { type Detector, type Ground, LATENESS_MS, NO_FINDINGS, NO_KEYS } from '../detector.ts';
import type { Finding } from '../finding.ts';
import { dayOf } from '../finding-id.ts';
import { found, type Said, secretOf } from '../found.ts';
import { quarantineCommand } from '../next-command.ts';
import { whoOf } from '../reader.ts';
import { isSecondWitness } from '../reads.ts';
import { type Item, newestOfEachDay, shortHash, withItem, within } from '../sliding.ts';
import { type Told, tell } from '../told.ts';

const HOUR_MS = 3_600_000;
/** Of a day, for the slow window, and one more: an entry may be late. */
const HOURS = 26;
/**
 * Kept of each day, times the threshold. As many do not fit into window and lateness (four windows at most) without crossing
 * it, so what a flood pushes out could have found nothing that is not found.
 */
const KEPT = 5;

interface Refusals {
  /** Refused reads, and refused openings of the key: two tellings of the same. */
  readonly reads: readonly Item[];
  readonly opens: readonly Item[];
  /** UTC hours, of a principal alone: how many of either. */
  readonly hours: readonly (readonly [hour: number, reads: number, opens: number])[];
  readonly told: Told;
}

const NONE: Refusals = { reads: [], opens: [], hours: [], told: [] };

/** Probing: one principal is refused again and again, or several are refused one secret, or from one address. */
export const deniedReads: Detector<Refusals> = {
  rule: 'denied-reads',
  keysOf(entry) {
    if (!isRefusal(entry)) return NO_KEYS;
    const secret = secretOf(entry);
    return [
      `principal ${whoOf(entry)}`,
      ...(secret === undefined ? [] : [`secret ${secret}`]),
      // The key's log has the store where the address would stand.
      ...(isSecondWitness(entry) ? [] : [`address ${entry.source}`]),
    ];
  },
  judge(before = NONE, entry, ground, key) {
    const ofPrincipal = key.startsWith('principal ');
    const { threshold, within: windowMs } = ground.policy.rules['denied-reads'];
    const list = isSecondWitness(entry) ? 'opens' : 'reads';
    const what = shortHash(ofPrincipal ? (secretOf(entry) ?? '') : whoOf(entry));
    const items = withItem(before[list], [entry.atMs, entry.id, what]);
    if (items === undefined) return { state: before, findings: NO_FINDINGS };
    const hours = ofPrincipal ? withHour(before.hours, entry.atMs, list) : [];
    const now = { ...before, [list]: items, hours };
    const newestMs = Math.max(now.reads.at(-1)?.[0] ?? 0, now.opens.at(-1)?.[0] ?? 0);
    const kept = (some: readonly Item[]) =>
      newestOfEachDay(some, newestMs - windowMs - LATENESS_MS, {
        mostADay: KEPT * threshold,
        mostAlike: ofPrincipal ? KEPT * threshold : threshold,
      });
    const crossings = ofPrincipal ? byPrincipal(now, entry, ground) : byMany(now, entry, ground);
    let { told } = before;
    const findings: Finding[] = [];
    for (const crossing of crossings) {
      if (isOfFence(entry) && !(ofPrincipal && isSweep(crossing, threshold))) continue;
      const newer = tell(told, dayOf(crossing.atMs), crossing.figure);
      if (newer === undefined) continue;
      told = newer;
      findings.push(found('denied-reads', key, entry, saidOf(crossing, entry, key)));
    }
    return { state: { reads: kept(now.reads), opens: kept(now.opens), hours, told }, findings };
  },
};

/** A refusal, or an answer that there is no such secret: somebody asks for what he has no right to, or guesses. */
function isRefusal({ action, outcome, reason }: AuditEntry): boolean {
  return action === 'read' && (outcome === 'denied' || reason === 'ResourceNotFoundException');
}

function isOfFence({ reason }: AuditEntry): boolean {
  return reason === 'fenced';
}

/**
 * A fence refuses whoever is busy, and its incident says so: that is no finding. The refusals are counted all the same, so that
 * one more of another kind is; and who goes on at a high rate against many references does what no busy reader does.
 */
function isSweep({ count, different }: Crossing, threshold: number): boolean {
  return count >= 4 * threshold && different >= 2 * threshold;
}

interface Crossing {
  readonly atMs: number;
  readonly count: number;
  readonly lastsMs: number;
  readonly limit: number;
  /** Of secrets for a principal, else of principals. */
  readonly different: number;
  readonly evidence: readonly string[];
  /** By which it is told that there is more. */
  readonly figure: number;
}

/** Where the window crosses the threshold, now that the entry is in it: at the entry, or at what came after it. */
function byPrincipal(
  { reads, opens, hours }: Refusals,
  { atMs }: AuditEntry,
  { policy }: Ground,
): Crossing[] {
  const { threshold, within: lastsMs, slowThreshold } = policy.rules['denied-reads'];
  const figureOf = (day: number) =>
    hours.reduce(
      (sum, [hour, ...counts]) => sum + (Math.floor(hour / 24) === day ? Math.max(...counts) : 0),
      0,
    );
  const fast = endsAfter([...reads, ...opens], atMs, lastsMs).flatMap((endsMs): Crossing[] => {
    const larger = largerOf(within(reads, endsMs, lastsMs), within(opens, endsMs, lastsMs));
    if (larger.length < threshold) return [];
    return [crossingOf(larger, endsMs, { lastsMs, limit: threshold, figure: figureOf(dayOf(endsMs)) })];
  });
  const slow = hours.flatMap(([last]): Crossing[] => {
    if (last < Math.floor(atMs / HOUR_MS)) return [];
    const count = hours.reduce(
      (sum, [hour, ...counts]) => sum + (hour > last - 24 && hour <= last ? Math.max(...counts) : 0),
      0,
    );
    if (count < slowThreshold) return [];
    const endsMs = Math.max(atMs, last * HOUR_MS);
    const known = largerOf(within(reads, endsMs, HOUR_MS), within(opens, endsMs, HOUR_MS));
    const crossing = crossingOf(known, endsMs, {
      lastsMs: 24 * HOUR_MS,
      limit: slowThreshold,
      figure: figureOf(dayOf(endsMs)),
    });
    return [{ ...crossing, count }];
  });
  return [...fast, ...slow.filter((one) => !fast.some(({ atMs }) => dayOf(atMs) === dayOf(one.atMs)))];
}

/** Each alone may be below the threshold: what is compared is how many are refused the same, or from the same place. */
function byMany({ reads, opens }: Refusals, { atMs }: AuditEntry, { policy }: Ground): Crossing[] {
  const { threshold, within: lastsMs, principals } = policy.rules['denied-reads'];
  return endsAfter([...reads, ...opens], atMs, lastsMs).flatMap((endsMs): Crossing[] => {
    const larger = largerOf(within(reads, endsMs, lastsMs), within(opens, endsMs, lastsMs));
    const crossing = crossingOf(larger, endsMs, { lastsMs, limit: principals, figure: larger.length });
    return larger.length < threshold || crossing.different < principals ? [] : [crossing];
  });
}

function crossingOf(
  items: readonly Item[],
  atMs: number,
  about: Pick<Crossing, 'lastsMs' | 'limit' | 'figure'>,
): Crossing {
  return {
    ...about,
    atMs,
    count: items.length,
    different: new Set(items.map(([, , what]) => what)).size,
    evidence: items.map(([, id]) => id),
  };
}

/** Ends of windows that an instant is in: the last of each UTC day says all. */
function endsAfter(items: readonly Item[], atMs: number, lastsMs: number): number[] {
  return [...new Set(items.map(([time]) => time).filter((time) => time >= atMs && time < atMs + lastsMs))];
}

/** Of two tellings of the same the fuller. */
function largerOf(reads: readonly Item[], opens: readonly Item[]): readonly Item[] {
  return opens.length > reads.length ? opens : reads;
}

function withHour(hours: Refusals['hours'], atMs: number, list: 'reads' | 'opens'): Refusals['hours'] {
  const hour = Math.floor(atMs / HOUR_MS);
  const [, reads, opens] = hours.find(([known]) => known === hour) ?? [hour, 0, 0];
  const counted = [hour, reads + (list === 'reads' ? 1 : 0), opens + (list === 'opens' ? 1 : 0)] as const;
  const all = [...hours.filter(([known]) => known !== hour), counted].toSorted(
    ([one], [other]) => one - other,
  );
  const newest = all.at(-1)?.[0] ?? hour;
  return all.filter(([known]) => known > newest - HOURS);
}

function saidOf(
  { atMs, count, lastsMs, limit, different, evidence, figure }: Crossing,
  entry: AuditEntry,
  key: string,
): Said {
  const { user } = entry.actor;
  const during = formatDuration(lastsMs);
  const fenced = isOfFence(entry);
  const about = { atMs, evidence, next: quarantineCommand(user) };
  if (key.startsWith('principal ')) {
    const probing = different >= 3;
    return {
      ...about,
      severity: fenced ? 'medium' : probing ? 'high' : 'medium',
      certainty: fenced || !probing ? 'possible' : 'likely',
      seen: `${user} was refused ${count} times within ${during}, ${different} different secrets, the last ${secretOf(entry) ?? 'a list'} from ${entry.source}${fenced ? ' by a fence' : ''}; ${figure} times that day`,
      unusual: `${limit} refusals within ${during} are taken for probing, ${count} came`,
      ...(different > 1 ? { ref: null } : {}),
    };
  }
  const ofSecret = key.startsWith('secret ');
  return {
    ...about,
    severity: 'high',
    certainty: 'likely',
    seen: ofSecret
      ? `${different} principals were refused ${secretOf(entry)} ${count} times within ${during}, the last ${user}`
      : `${different} principals were refused ${count} times within ${during} from ${entry.source}, the last ${user}`,
    unusual: `${limit} principals that are refused the same within ${during} are taken for one who tries them, ${different} were`,
    ...(ofSecret ? { principal: null } : { ref: null }),
  };
}
