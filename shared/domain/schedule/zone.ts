const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** To build one takes longer than to ask it forty times. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const kept = formats.get(zone);
  if (kept !== undefined) return kept;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, format);
  return format;
}

/** A name of the IANA time zone database that this runtime knows. A bare offset (`+01:00`) is none: it follows no change of the clock. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What the clocks of a zone are ahead of UTC at an instant, to the second. */
export function offsetAtMs(zone: string, atMs: number): number {
  const [, sign, hours, minutes, seconds] =
    /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(formatOf(zone).format(atMs)) ?? [];
  // Plain `GMT`.
  if (sign === undefined) return 0;
  const ahead = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds ?? 0);
  return (sign === '-' ? -ahead : ahead) * 1_000;
}

/** A stretch in which a zone's clocks are not changed; `toMs` is the first moment after it. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly offsetMs: number;
}

/** The stretches from one instant to another. No zone changes its clock twice within a day. */
export function stretchesOf(zone: string, fromMs: number, toMs: number): Stretch[] {
  const stretches: Stretch[] = [];
  let beganMs = fromMs;
  let offsetMs = offsetAtMs(zone, fromMs);
  for (let lookMs = fromMs; lookMs < toMs; ) {
    const nextMs = Math.min(lookMs + DAY_MS, toMs);
    const nextOffsetMs = offsetAtMs(zone, nextMs);
    if (nextOffsetMs !== offsetMs) {
      const changeMs = changeBetween(zone, lookMs, nextMs);
      stretches.push({ fromMs: beganMs, toMs: changeMs, offsetMs });
      beganMs = changeMs;
      offsetMs = nextOffsetMs;
    }
    lookMs = nextMs;
  }
  if (beganMs < toMs) stretches.push({ fromMs: beganMs, toMs, offsetMs });
  return stretches;
}

/** The first instant with the later offset. */
function changeBetween(zone: string, beforeMs: number, afterMs: number): number {
  const offsetMs = offsetAtMs(zone, beforeMs);
  let before = beforeMs;
  let after = afterMs;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAtMs(zone, middle) === offsetMs) before = middle;
    else after = middle;
  }
  return after;
}
