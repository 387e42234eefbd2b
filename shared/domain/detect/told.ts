/** Findings that were told, each UTC day's with the figure that it had. Newest last. */
export type Told = readonly (readonly [day: number, figure: number])[];

const MOST_DAYS = 3;

/** The list with a figure told; undefined where the day was told already and the figure has not doubled since. */
export function tell(told: Told, day: number, figure: number): Told | undefined {
  const before = told.find(([known]) => known === day);
  if (before !== undefined && figure < 2 * before[1]) return undefined;
  return [...told.filter(([known]) => known !== day), [day, figure] as const]
    .toSorted(([one], [other]) => one - other)
    .slice(-MOST_DAYS);
}
