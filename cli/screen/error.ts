import type { RekeyError } from '../../shared/domain/errors.ts';

const INDENT = ' '.repeat(7);

/** What failed and why; what is safe now; the next command. */
export function formatError({ message, safe, next }: RekeyError): string {
  return [
    `rekey: ${message.replaceAll('\n', `\n${INDENT}`)}`,
    ...(safe === undefined ? [] : [INDENT + safe]),
    ...(next.length === 0 ? [] : [`${INDENT}Next: ${next.join(' · ')}`]),
  ].join('\n');
}
