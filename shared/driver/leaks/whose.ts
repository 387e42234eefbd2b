import type { Known, Matcher } from '../../domain/leaks/matcher.ts';
import type { FoundSecret } from '../../domain/leaks/reports/found-secret.ts';
import { writtenAs } from '../../domain/leaks/written-as.ts';

/**
 * The versions whose value was found. What stands around it counts as far as it overlaps with what the scanner found: another
 * value in the same line is another finding's.
 */
export function whoseIs(
  matcher: Matcher,
  { secret, around }: Pick<FoundSecret, 'secret' | 'around'>,
): Known[] {
  const own = secret === undefined ? [] : knownIn(matcher, secret);
  if (own.length > 0) return own;
  for (const text of around) {
    const at = secret === undefined ? -1 : text.indexOf(secret);
    const start = Buffer.byteLength(text.slice(0, Math.max(0, at)));
    const end = start + Buffer.byteLength(secret ?? '');
    const known = matcher
      .find(Buffer.from(text))
      .filter((span) => at < 0 || (span.start < end && span.end > start))
      .flatMap((span) => [...span.known]);
    if (known.length > 0) return withoutRepeats(known);
  }
  return [];
}

function knownIn(matcher: Matcher, secret: string): Known[] {
  const whole = writtenAs(secret).flatMap((value) => matcher.whose(Buffer.from(value)));
  const inside = matcher.find(Buffer.from(secret)).flatMap(({ known }) => [...known]);
  return withoutRepeats([...whole, ...inside]);
}

function withoutRepeats(known: readonly Known[]): Known[] {
  return [...new Map(known.map((one) => [one.versionId, one])).values()];
}
