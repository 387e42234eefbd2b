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

const known = new Map<string, readonly Stretch[]>();
/** Looked up at once on either side of what is asked for: whoever asks comes back with times that are near. */
const MORE_MS = 400 * DAY_MS;

/** The stretches from one instant to another. */
export function stretchesOf(zone: string, fromMs: number, toMs: number): Stretch[] {
  let stretches = known.get(zone) ?? [];
  const covers = (stretches[0]?.fromMs ?? fromMs) <= fromMs && toMs <= (stretches.at(-1)?.toMs ?? fromMs);
  if (!covers) {
    stretches = lookUp(zone, fromMs - MORE_MS, toMs + MORE_MS);
    known.set(zone, stretches);
  }
  return stretches
    .filter((stretch) => stretch.fromMs < toMs && stretch.toMs > fromMs)
    .map((stretch) => ({
      ...stretch,
      fromMs: Math.max(stretch.fromMs, fromMs),
      toMs: Math.min(stretch.toMs, toMs),
    }));
}

/** No zone changes its clock twice within a day. */
function lookUp(zone: string, fromMs: number, toMs: number): Stretch[] {
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
  return [...stretches, { fromMs: beganMs, toMs, offsetMs }];
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
