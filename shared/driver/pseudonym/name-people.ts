import type { AuditQuestion } from '../../domain/audit/question.ts';
import { given } from '../../domain/given.ts';
import { namedRecord } from '../../domain/pseudonym/named-record.ts';
import { addressPseudonym } from '../../domain/pseudonym/person-in-entry.ts';
import { isPseudonym, pseudonymsIn } from '../../domain/pseudonym/pseudonym.ts';
import type { Needs } from '../services.ts';

/** What the audit, a case or a report says, as people are shown it: with the names, as far as they are not forgotten. */
export async function namePeople<T>({ pseudonyms }: Needs<'pseudonyms'>, record: T): Promise<T> {
  const found = pseudonymsIn(record);
  return found.length === 0 ? record : namedRecord(record, await pseudonyms.names(found));
}

/** Who is meant by a name or by a pseudonym, and all that the audit may call him: entries from before there were pseudonyms have the name. */
export async function whoIsMeant(
  { pseudonyms }: Needs<'pseudonyms'>,
  said: string,
): Promise<{ readonly name: string; readonly called: readonly string[] }> {
  const name = isPseudonym(said) ? ((await pseudonyms.names([said])).get(said) ?? said) : said;
  const pseudonym = isPseudonym(said) ? said : (await pseudonyms.known([name])).get(name);
  return { name, called: pseudonym === undefined || pseudonym === name ? [name] : [name, pseudonym] };
}

/** What an entry calls somebody whose pseudonym the chain has. */
export async function inTheChain({ pseudonyms }: Needs<'pseudonyms'>, name: string): Promise<string> {
  return (await pseudonyms.known([name])).get(name) ?? name;
}

/** A question by names, as it is asked of a chain that may have either: the name, or its pseudonym. */
export async function askedByName(
  { pseudonyms }: Needs<'pseudonyms'>,
  question: AuditQuestion,
): Promise<AuditQuestion> {
  const principals = [question.principal ?? []].flat();
  const addresses = [question.address ?? []].flat();
  if (principals.length + addresses.length === 0) return question;
  const known = await pseudonyms.known([...principals, ...addresses]);
  const both = (name: string, written: (pseudonym: string) => string) => {
    const pseudonym = known.get(name);
    return pseudonym === undefined ? [name] : [name, written(pseudonym)];
  };
  return {
    ...question,
    ...given(
      'principal',
      question.principal === undefined
        ? undefined
        : principals.flatMap((name) => both(name, (pseudonym) => pseudonym)),
    ),
    ...given(
      'address',
      question.address === undefined
        ? undefined
        : addresses.flatMap((address) => both(address, (pseudonym) => addressPseudonym(address, pseudonym))),
    ),
  };
}
