/** How many of a whole: a count, or percent of it. */
export type Share = { readonly count: number } | { readonly percent: number };

/** Rounded down; one at least, so that the smallest class goes on. */
export function shareOf(share: Share, total: number): number {
  return Math.max(1, 'count' in share ? share.count : Math.floor((share.percent * total) / 100));
}
