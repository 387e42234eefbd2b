/** What a scanner says it found. Lives in memory alone: what it holds may be a value. */
export interface FoundSecret {
  readonly scanner: string;
  readonly rule: string;
  /** As the report names it. */
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  /** Absent where the report masks it, or has none. */
  readonly secret?: string;
  /** What it stands in. */
  readonly around: readonly string[];
  /** SHA-1 of the secret in hexadecimal, where the report has that instead of it. */
  readonly sha1?: string;
  readonly commit?: string;
  /** When it came to be where it was found. */
  readonly atMs?: number;
}

/** What scanners put in place of a secret when they are told to mask it. */
const MASKED = /\*{4}|^REDACTED$/;

/** What a report has whole. */
export function unmasked(
  secret: string | undefined,
  around: readonly (string | undefined)[],
): Pick<FoundSecret, 'secret' | 'around'> {
  const isWhole = (text: string | undefined) => text !== undefined && text !== '' && !MASKED.test(text);
  return {
    ...(secret !== undefined && isWhole(secret) ? { secret } : {}),
    around: around.flatMap((text) => (text !== undefined && isWhole(text) ? [text] : [])),
  };
}
