import { lengthClassOf, withoutSecrets } from '../../domain/leaks/leak.ts';
import type { FoundSecret } from '../../domain/leaks/reports/found-secret.ts';
import type { Caller } from '../define-function.ts';
import type { Needs } from '../services.ts';
import { type JudgedLeaks, judgeLeaks, type Leak } from './judge-leaks.ts';
import { openFingerprints } from './open-fingerprints.ts';
import { whoseIs } from './whose.ts';

/** Says of each value that a scanner found whose it is, and what becomes of it. Of the value nothing is kept but its length's class. */
export async function importLeaks(
  services: Needs<'registry' | 'store' | 'fingerprints' | 'plans' | 'clock'>,
  found: readonly FoundSecret[],
  by: Caller,
): Promise<JudgedLeaks & { readonly closedKeys: number }> {
  const { matcher, closed: closedKeys } = await openFingerprints(services);
  const leaks = found.map((one): Leak => {
    const where = whereOf(one);
    return {
      where,
      // By place and not by rule: two scanners that find the same have found one leak.
      place: [where.file, where.line ?? null, where.commit ?? null],
      owners: one.secret === undefined && one.around.length === 0 ? null : whoseIs(matcher, one),
      ...(one.atMs === undefined ? {} : { sinceMs: one.atMs }),
    };
  });
  return { ...(await judgeLeaks(services, leaks, by)), closedKeys };
}

function whereOf({ scanner, rule, file, line, commit, secret }: FoundSecret): Leak['where'] {
  const clean = (text: string) => withoutSecrets(text, secret === undefined ? [] : [secret]);
  return {
    scanner: clean(scanner),
    rule: clean(rule),
    file: clean(file),
    ...(line === undefined ? {} : { line }),
    ...(commit === undefined ? {} : { commit: clean(commit) }),
    ...(secret === undefined ? {} : { length: lengthClassOf(secret.length) }),
  };
}
