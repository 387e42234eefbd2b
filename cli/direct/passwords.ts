import { RekeyError } from '../../shared/domain/errors.ts';
import { askSecret } from '../ask-secret.ts';
import { NOT_OF_THE_FORM, parseValueLines, readPrivateFile } from '../value-lines.ts';
import type { CutAt } from './cut.ts';

/** Passwords of admins, from one file that nobody else can read. Every mistake at once, no value shown. */
export function adminsIn(file: string): Map<string, string> {
  const lines = parseValueLines(readPrivateFile(file));
  const mistakes = lines.filter(({ given }) => given === null);
  if (mistakes.length > 0) {
    throw new RekeyError({
      code: 'admins-mistakes',
      family: 'Validation',
      message: mistakes.map(({ line }) => `${file}:${line} ${NOT_OF_THE_FORM}`).join('\n'),
      safe: 'Nothing was changed.',
      next: ['the same command, with each line mended'],
    });
  }
  return new Map(lines.flatMap(({ given }) => (given === null ? [] : [[given.ref, given.value] as const])));
}

/** Of the first admin of each target, asked for where no admin of it was given. An empty answer leaves it out. */
export async function passwordsFor(
  at: readonly CutAt[],
  given: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const passwords = new Map(given);
  for (const { target } of at) {
    if (target.admins.some(({ passwordRef }) => passwords.has(passwordRef))) continue;
    const [first] = target.admins;
    if (first === undefined) continue;
    const answer = await askSecret(`password of ${first.user} at ${target.id} (${first.passwordRef}): `);
    if (answer !== null && answer !== '') passwords.set(first.passwordRef, answer);
  }
  return passwords;
}
