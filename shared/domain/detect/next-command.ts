import type { Cause } from '../cause.ts';

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * A foreign text as one argument of a shell (bash, zsh), whatever stands in it. What is not printable ASCII is written out, so
 * that the command can be read, and copied from where it was shown.
 */
export function shellArgument(text: string): string {
  if (PLAIN.test(text)) return text;
  if (/^[\x20-\x7e]*$/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text
    .replaceAll(/[\\']/g, (letter) => `\\${letter}`)
    .replaceAll(/[^\x20-\x7e]/gu, (letter) => {
      const point = letter.codePointAt(0) ?? 0;
      return `\\U${point.toString(16).padStart(8, '0')}`;
    });
  return `$'${escaped}'`;
}

export function quarantineCommand(principal: string): string {
  return `rekey quarantine --principal ${shellArgument(principal)}`;
}

/** `reason` is our own text. */
export function rotateCommand(ref: string, reason: string): string {
  return `rekey rotate ${shellArgument(ref)} --reason ${shellArgument(reason)}`;
}

export function breakGlassCommand(
  className: string,
  {
    cause,
    sinceMs,
    principal,
  }: { readonly cause: Cause; readonly sinceMs: number; readonly principal?: string },
): string {
  const since = new Date(sinceMs).toISOString();
  const who = principal === undefined ? '' : ` --principal ${shellArgument(principal)}`;
  return `rekey break-glass --class ${shellArgument(className)} --cause ${cause} --since ${since}${who}`;
}
