import type { RekeyError } from '../../shared/domain/errors.ts';
import { asSeen, onOneLine } from './seen.ts';

const INDENT = ' '.repeat(7);

/** What failed and why; what is safe now; the next command. */
export function formatError({ message, safe, next }: RekeyError): string {
  return [
    `rekey: ${asSeen(message).replaceAll('\n', `\n${INDENT}`)}`,
    ...(safe === undefined ? [] : [INDENT + onOneLine(safe)]),
    ...(next.length === 0 ? [] : [`${INDENT}Next: ${onOneLine(next.join(' · '))}`]),
  ].join('\n');
}
