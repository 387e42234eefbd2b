import type { AuditEntry } from '../audit/entry.ts';
import { addressNetwork } from '../detect/network.ts';
import type { ReaderKind } from '../reads/read-event.ts';

/** Whose principal is the name of a person, or may be. Of a role it is the session. */
const OF_PEOPLE: ReadonlySet<ReaderKind> = new Set(['user', 'federated', 'unknown']);

/** Sessions that machines name themselves by: an instance, a task, an SDK that was given no name, a pod. Nobody is called so. */
const OF_MACHINES =
  /^(?:i-[0-9a-f]{8,17}|(?:botocore|aws-sdk-[a-z]+|aws-go-sdk|eks)-[a-z0-9-]*\d{6,}[a-z0-9-]*|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** An address as the chain has it: the network is what rules compare. */
export function addressPseudonym(address: string, pseudonym: string): string {
  return `${addressNetwork(address) ?? ''}~${pseudonym}`;
}

/**
 * Texts of a read or a change that tell which natural person it was: who signed in, whom a session stands for, on whose behalf it
 * was. And the address, whoever it was: a rule compares those of people with those of machines. None of what Rekey does itself, nor
 * of roles, services and agents by themselves.
 */
export function personIn(entry: AuditEntry): readonly string[] {
  return isTold(entry) && addressNetwork(entry.source) !== null
    ? [...namesOf(entry), entry.source]
    : namesOf(entry);
}

function isTold({ action, source }: AuditEntry): boolean {
  return (action === 'read' || action === 'change') && source !== 'rekey';
}

function namesOf(entry: AuditEntry): string[] {
  if (!isTold(entry)) return [];
  const { actor, read, change } = entry;
  const kind = read?.kind ?? change?.kind ?? 'unknown';
  const session = read?.session ?? change?.session;
  const names = [
    OF_PEOPLE.has(kind) ? actor.user : undefined,
    session === undefined || OF_MACHINES.test(session) ? undefined : session,
    read?.sourceIdentity,
    read?.onBehalfOf,
  ];
  return [...new Set(names.filter((name) => name !== undefined && name !== ''))] as string[];
}

/** The same entry with pseudonyms in the place of what tells who it was; the user agent too is rid of the names. */
export function withPseudonyms(entry: AuditEntry, pseudonyms: ReadonlyMap<string, string>): AuditEntry {
  const names = namesOf(entry);
  if (personIn(entry).length === 0) return entry;
  const own = new Set(names);
  const said = (text: string): string => (own.has(text) ? (pseudonyms.get(text) ?? text) : text);
  const { actor, source, read, change } = entry;
  return {
    ...entry,
    actor: { ...actor, user: said(actor.user) },
    source: addressNetwork(source) === null ? source : addressPseudonym(source, pseudonyms.get(source) ?? ''),
    ...(read === undefined
      ? {}
      : {
          read: {
            ...read,
            ...(read.session === undefined ? {} : { session: said(read.session) }),
            ...(read.sourceIdentity === undefined ? {} : { sourceIdentity: said(read.sourceIdentity) }),
            ...(read.onBehalfOf === undefined ? {} : { onBehalfOf: said(read.onBehalfOf) }),
            ...(read.userAgent === undefined ? {} : { userAgent: withoutNames(read.userAgent, names, said) }),
          },
        }),
    ...(change === undefined
      ? {}
      : {
          change: {
            ...change,
            ...(change.session === undefined ? {} : { session: said(change.session) }),
          },
        }),
  };
}

/** An ARN ends with what its user is called, which alone tells who it was. Two letters are in every text. */
const SHORTEST = 3;

function withoutNames(text: string, names: readonly string[], said: (name: string) => string): string {
  return names.reduce((rest, name) => {
    const own = name.slice(name.lastIndexOf('/') + 1);
    const without = rest.replaceAll(name, said(name));
    return own.length < SHORTEST ? without : without.replaceAll(own, said(name));
  }, text);
}
