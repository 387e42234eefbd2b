/**
 * The last word of a person on whether secrets are rotated by themselves, of a class or of everything. What has begun goes on
 * to its end; break-glass is never frozen.
 */
export interface Freeze {
  readonly v: 1;
  /** Absent: everything, on top of what is said of each class. */
  readonly className?: string;
  /** False: released. What of the class failed before has been forgiven. */
  readonly frozen: boolean;
  readonly by: string;
  readonly atMs: number;
  /** May be empty. */
  readonly reason: string;
}

/** The freeze that a class stands under: everything's before its own. */
export function freezeOver(className: string, freezes: readonly Freeze[]): Freeze | undefined {
  const standing = freezes.filter(({ frozen }) => frozen);
  return (
    standing.find((freeze) => freeze.className === undefined) ??
    standing.find((freeze) => freeze.className === className)
  );
}

/** Failed tries of a class count from here on. 0: all of them. */
export function forgivenUntilMs(className: string, freezes: readonly Freeze[]): number {
  const last = freezes.find((freeze) => freeze.className === className);
  return last?.frozen === false ? last.atMs : 0;
}

/** For people: `frozen since 2026-11-25T03:12:44Z by ada: year end`. */
export function freezeText({ frozen, atMs, by, reason }: Freeze): string {
  const when = `${new Date(atMs).toISOString().slice(0, 19)}Z`;
  return `${frozen ? 'frozen since' : 'released'} ${when} by ${by}${reason === '' ? '' : `: ${reason}`}`;
}
