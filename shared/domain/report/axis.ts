const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Widths that begin with the day, or with the week where they are longer. */
const WIDTHS = [1, 2, 3, 6, 12, 24, 168, 672].map((hours) => hours * HOUR_MS);

/** More columns than these are no picture any more. */
const MOST_COLUMNS = 124;

/** 1 January 1970 was a Thursday; weeks begin on Mondays. */
const MONDAY_MS = 4 * DAY_MS;

/** Time in columns of one width, in UTC: the same for everything that a report shows over time. */
export interface Axis {
  readonly fromMs: number;
  readonly widthMs: number;
  readonly columns: number;
}

/** Covers everything since then, until now, in as few hours a column as a picture bears. */
export function axisOf(sinceMs: number, nowMs: number): Axis {
  const axes = WIDTHS.map((widthMs) => {
    const beginMs = widthMs > DAY_MS ? MONDAY_MS : 0;
    const fromMs = beginMs + Math.floor((sinceMs - beginMs) / widthMs) * widthMs;
    return { fromMs, widthMs, columns: Math.floor((nowMs - fromMs) / widthMs) + 1 };
  });
  const [widest] = axes.slice(-1);
  const axis = axes.find(({ columns }) => columns <= MOST_COLUMNS) ?? widest;
  if (axis === undefined) throw new Error('there is no width');
  return axis;
}

/** The column of a moment; null where it is on neither side of the picture. */
export function columnOf({ fromMs, widthMs, columns }: Axis, atMs: number): number | null {
  const column = Math.floor((atMs - fromMs) / widthMs);
  return column >= 0 && column < columns ? column : null;
}
