/** Control signs, line separators and signs that turn the direction of writing: what a terminal might obey. */
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A text of others in a line of the terminal: what it might obey stands escaped. */
export function untrusted(text: string): string {
  return text.replace(OBEYED, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);
}
