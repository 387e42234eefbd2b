const HOUR_MS = 3_600_000;
const HOURS = 24;

/** Comparisons with a trail are found by the UTC hour in which they were made: whoever asks for the last reads few entries. */
export function reconciledOperation(atMs: number): string {
  return `reconcile-${new Date(atMs).toISOString().slice(0, 13)}`;
}

/** Of the last day, the newest first. */
export function hoursBefore(nowMs: number): string[] {
  return Array.from({ length: HOURS }, (_, hours) => reconciledOperation(nowMs - hours * HOUR_MS));
}
