import { dayOf } from './finding-id.ts';

/** Something that happened: when, by which entry, and what of it is compared. */
export type Item = readonly [atMs: number, id: string, what: number];

/** By time, then id. Undefined: it is there already. */
export function withItem(items: readonly Item[], item: Item): readonly Item[] | undefined {
  let at = items.length;
  while (at > 0 && isBefore(item, items[at - 1] ?? item)) at -= 1;
  const before = items[at - 1];
  if (before !== undefined && before[0] === item[0] && before[1] === item[1]) return undefined;
  return items.toSpliced(at, 0, item);
}

function isBefore([atMs, id]: Item, [otherMs, otherId]: Item): boolean {
  return atMs === otherMs ? id < otherId : atMs < otherMs;
}

/** Those within a window that ends at an instant: later than its beginning, no later than its end. */
export function within(items: readonly Item[], endsMs: number, lastsMs: number): readonly Item[] {
  return items.filter(([atMs]) => atMs > endsMs - lastsMs && atMs <= endsMs);
}

const HASH = 0x01000193;

/** 32 bits of a text, to tell many apart in little room (FNV-1a). Beside a thousand others a text is taken for one of them once in four million times. */
export function shortHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), HASH);
  return hash >>> 0;
}

/**
 * What is still needed: nothing before an instant, and of each UTC day the newest alone, so that a flood on one day takes
 * nothing away from another; `mostAlike` of them that are compared as the same, so that one hides no other.
 */
export function newestOfEachDay(
  items: readonly Item[],
  fromMs: number,
  { mostADay, mostAlike }: { readonly mostADay: number; readonly mostAlike: number },
): readonly Item[] {
  const [oldest] = items;
  if (oldest === undefined || (oldest[0] > fromMs && items.length <= mostAlike)) return items;
  const days = new Map<number, number>();
  const alike = new Map<string, number>();
  return items
    .toReversed()
    .filter(([atMs, , what]) => {
      if (atMs <= fromMs) return false;
      const day = dayOf(atMs);
      const kind = `${day} ${what}`;
      const same = (alike.get(kind) ?? 0) + 1;
      const count = (days.get(day) ?? 0) + 1;
      if (same > mostAlike || count > mostADay) return false;
      alike.set(kind, same);
      days.set(day, count);
      return true;
    })
    .toReversed();
}
