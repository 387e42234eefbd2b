import type { Person } from './person.ts';
import { keyBlob } from './signature/ssh-signature.ts';

/** By which way somebody came in, each verified by what it comes through. */
export type Way =
  /** The operating system's user on one machine. */
  | 'os'
  /** A key that made an SSH signature. */
  | 'ssh'
  /** The signer of a request to AWS. */
  | 'iam'
  /** The user in a request that Slack signed. */
  | 'slack';

/** Whoever came in, as the way knows him: a user name, a key (its base64), an ARN, a Slack user's id. */
export interface Identity {
  readonly way: Way;
  readonly id: string;
}

/** The one person with this identity. Undefined: nobody, or more than one, which is as good as nobody. */
export function personOf(people: readonly Person[], identity: Identity): Person | undefined {
  const [person, ...others] = people.filter((candidate) => isOf(candidate, identity));
  return others.length === 0 ? person : undefined;
}

function isOf(person: Person, { way, id }: Identity): boolean {
  switch (way) {
    case 'os':
      return person.user === id;
    case 'ssh':
      return person.sshKeys.some((line) => keyBlob(line)?.toString('base64') === id);
    case 'iam':
      return (person.iam ?? []).some((pattern) => isArnOf(pattern, id));
    case 'slack':
      return person.slack === id;
  }
}

/** An IAM user, or a role's session whose role may end with a `*`. */
export const IAM_PATTERN =
  /^arn:[a-z-]+:(iam::\d{12}:user\/[\w+=,.@/-]+|sts::\d{12}:assumed-role\/[\w+=,.@-]+\*?\/[\w+=,.@-]+)$/;

/** `arn:…:assumed-role/ROLE/SESSION` in its three parts; null where it is another ARN. */
const SESSION = /^(arn:[a-z-]+:sts::\d{12}:assumed-role)\/([^/]+)\/([^/]+)$/;

/**
 * Whether an ARN is the one that a pattern means. A `*` stands at the end of the role's name alone, for what IAM Identity
 * Center appends to it; the session is the person and is always written out.
 */
function isArnOf(pattern: string, arn: string): boolean {
  if (pattern === arn) return true;
  const [, account, role, session] = SESSION.exec(pattern) ?? [];
  const [, ownAccount, ownRole, ownSession] = SESSION.exec(arn) ?? [];
  if (account === undefined || role?.endsWith('*') !== true) return false;
  return account === ownAccount && session === ownSession && ownRole?.startsWith(role.slice(0, -1)) === true;
}

/** Whether there could be an ARN that both patterns mean. */
export function patternsMeet(one: string, other: string): boolean {
  if (isArnOf(one, other) || isArnOf(other, one)) return true;
  const [, account, role, session] = SESSION.exec(one) ?? [];
  const [, otherAccount, otherRole, otherSession] = SESSION.exec(other) ?? [];
  if (role?.endsWith('*') !== true || otherRole?.endsWith('*') !== true) return false;
  const [start, otherStart] = [role.slice(0, -1), otherRole.slice(0, -1)];
  return (
    account === otherAccount &&
    session === otherSession &&
    (start.startsWith(otherStart) || otherStart.startsWith(start))
  );
}
