import type { AuditEntry } from '../audit/entry.ts';
import { fits } from './pattern.ts';
import type { DetectionPolicy, Nature, ReaderPattern } from './policy.ts';

/** What is known of whoever reads. */
export interface Reader {
  readonly nature: Nature;
  readonly tenant?: string;
  readonly group?: string;
  readonly calendar?: string;
}

/** Readers that are remembered, each policy for itself: patterns are not tried anew for each of their reads. */
const MOST_REMEMBERED = 10_000;
const remembered = new WeakMap<DetectionPolicy, Map<string, Reader>>();

function sessionOf({ read, change }: AuditEntry): string | undefined {
  return read?.session ?? change?.session;
}

/** IAM Identity Center names the session after the person, and nobody else can. */
function isIdentityCenter(principal: string): boolean {
  return (
    principal.includes('/aws-reserved/sso.amazonaws.com/') || principal.includes(':role/AWSReservedSSO_')
  );
}

/**
 * Whom an entry is counted for: the principal, whatever a role's session is called, because its caller chooses that; of IAM
 * Identity Center the person.
 */
export function whoOf(entry: AuditEntry): string {
  const { user } = entry.actor;
  const session = isIdentityCenter(user) ? sessionOf(entry) : undefined;
  return session === undefined ? user : `${user}/${session}`;
}

/** The first pattern that fits; else a person where AWS itself says so, and a machine otherwise. */
export function readerOf(entry: AuditEntry, policy: DetectionPolicy): Reader {
  const { user } = entry.actor;
  const session = sessionOf(entry) ?? '';
  let known = remembered.get(policy);
  if (known === undefined || known.size >= MOST_REMEMBERED) {
    known = new Map();
    remembered.set(policy, known);
  }
  const kind = entry.read?.kind ?? entry.change?.kind ?? '';
  const key = `${user}\n${session}\n${kind}`;
  let reader = known.get(key);
  if (reader === undefined) {
    const pattern = policy.readers.find((candidate) => isOf(candidate, user, session));
    reader =
      pattern === undefined
        ? { nature: kind === 'root' || isIdentityCenter(user) ? 'person' : 'machine' }
        : { ...pattern, nature: pattern.is };
    known.set(key, reader);
  }
  return reader;
}

function isOf({ principal, session: wanted }: ReaderPattern, user: string, session: string): boolean {
  return fits(principal, user) && (wanted === undefined || fits(wanted, session));
}
