import type { AuditEntry } from '../audit/entry.ts';
import { fits } from './pattern.ts';
import type { DetectionPolicy, Nature, PolicyInForce, ReaderPattern } from './policy.ts';

/** What is known of whoever reads. */
export interface Reader {
  readonly nature: Nature;
  readonly tenant?: string;
  readonly group?: string;
  readonly calendar?: string;
}

/** Principals that are remembered, each policy for itself: patterns are not tried anew for each of their reads. */
const MOST_REMEMBERED = 10_000;
const FEW = 8;

interface Remembered {
  /** Whether a pattern asks for the session: else a principal is the same in all of his. */
  readonly bySession: boolean;
  readonly patterns: Map<string, ReaderPattern | null>;
}
const remembered = new WeakMap<DetectionPolicy, Remembered>();
/** Each rule asks anew for the same entry. */
let last:
  | { readonly entry: AuditEntry; readonly policy: DetectionPolicy; readonly reader: Reader }
  | undefined;

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
export function readerOf(entry: AuditEntry, policy: PolicyInForce): Reader {
  if (last?.entry === entry && last.policy === policy) return last.reader;
  const { user } = entry.actor;
  const kind = entry.read?.kind ?? entry.change?.kind;
  const pattern = patternOf(user, sessionOf(entry) ?? '', policy);
  const reader: Reader =
    pattern === null
      ? { nature: kind === 'root' || isIdentityCenter(user) ? 'person' : 'machine' }
      : { ...pattern, nature: pattern.is };
  last = { entry, policy, reader };
  return reader;
}

function patternOf(said: string, saidSession: string, policy: PolicyInForce): ReaderPattern | null {
  const { readers, nameOf } = policy;
  const user = nameOf === undefined ? said : nameOf(said);
  const session = nameOf === undefined ? saidSession : nameOf(saidSession);
  // To try a few takes no longer than to look one up.
  if (readers.length <= FEW) return readers.find((candidate) => isOf(candidate, user, session)) ?? null;
  let known = remembered.get(policy);
  if (known === undefined || known.patterns.size >= MOST_REMEMBERED) {
    known = { bySession: readers.some((one) => one.session !== undefined), patterns: new Map() };
    remembered.set(policy, known);
  }
  const key = known.bySession ? `${user}\n${session}` : user;
  let pattern = known.patterns.get(key);
  if (pattern === undefined) {
    pattern = readers.find((candidate) => isOf(candidate, user, session)) ?? null;
    known.patterns.set(key, pattern);
  }
  return pattern;
}

function isOf({ principal, session: wanted }: ReaderPattern, user: string, session: string): boolean {
  return fits(principal, user) && (wanted === undefined || fits(wanted, session));
}

/** A worker of Rekey's own in its operation: it reads old values to prove them dead. */
export function isAtWork(entry: AuditEntry, policy: PolicyInForce): boolean {
  return entry.read?.secret?.claimed === true && readerOf(entry, policy).nature === 'worker';
}
