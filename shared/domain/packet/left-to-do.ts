import type { IncidentRecord } from '../incident.ts';
import { counted } from '../page/counted.ts';
import { reopenersNeeded } from '../progress.ts';
import { firstDo } from './first-do.ts';
import { type PacketSecret, whyUnproven } from './secret-fate.ts';
import { isOpen, type PacketDelivery } from './told.ts';

/** One thing that is not done: whose it is, why, what a person does first, and the command that takes it further. */
export interface LeftToDo {
  readonly owner: string;
  readonly what: string;
  readonly why: string;
  /** What no command does; null: the command is enough. */
  readonly first: string | null;
  /** Null: no command takes it further. */
  readonly next: string | null;
  /** The secrets it is about. */
  readonly refs: readonly string[];
}

/** An admin credential that the compromised reader could have read and that nobody has replaced since. */
export interface ExposedAdmin {
  readonly ref: string;
  readonly target: string;
  readonly owner: string | null;
}

/** Old credentials not proven dead, what people replace, accounts that are gone, exposed admins, consumers not on the new version, the fence. */
export function leftToDo(
  incident: IncidentRecord,
  secrets: readonly PacketSecret[],
  told: readonly PacketDelivery[],
  exposed: readonly ExposedAdmin[],
): LeftToDo[] {
  return [
    ...unproven(incident, secrets),
    ...byHand(incident, secrets),
    ...withoutAccount(incident, secrets),
    ...exposed.map((admin) => exposedAdmin(incident, admin)),
    ...notTold(incident, told),
    ...unconfirmed(incident, told),
    ...fenced(incident),
  ];
}

function unproven(incident: IncidentRecord, secrets: readonly PacketSecret[]): LeftToDo[] {
  const open = secrets.filter(({ standing }) => standing === 'under-way' || standing === 'reissued');
  // By the reason's code: the words after it differ from one secret to the next.
  return grouped(open, (secret) => [secret.owner, secret.target, codeOf(whyUnproven(secret))]).map(
    ([one, group]) => {
      const place = one.target === '' ? 'its issuer' : one.target;
      return {
        owner: one.owner ?? incident.startedBy,
        what: `${counted(group.length, 'old credential')} at ${place} ${group.length === 1 ? 'is' : 'are'} not proven dead`,
        why: whyUnproven(one),
        first:
          one.owner === null
            ? `it is not enrolled any more: enrol it again, or see at ${place} that it is dead`
            : one.target === ''
              ? 'see at its issuer that the old one is refused: Rekey knows no way to try it'
              : firstDo(codeOf(whyUnproven(one)), place, one.needsPerson),
        next: one.target === '' ? null : `rekey resume ${incident.id}`,
        refs: group.map((secret) => secret.ref),
      };
    },
  );
}

function byHand(incident: IncidentRecord, secrets: readonly PacketSecret[]): LeftToDo[] {
  const open = secrets.filter(({ standing }) => standing === 'by-hand');
  return grouped(open, (secret) => [secret.owner]).map(([one, group]) => ({
    owner: one.owner ?? incident.startedBy,
    what: `${counted(group.length, 'credential')} can be replaced by people alone`,
    why: 'no rotator knows them: nothing was cut or re-issued of them',
    first: 'make a new one at its issuer and revoke the old one there',
    next: `rekey secret put ${group.length === 1 ? one.ref : 'REF'}`,
    refs: group.map((secret) => secret.ref),
  }));
}

/** Proven, because the account is gone, and yet not in order: nothing could be installed in its place. */
function withoutAccount(incident: IncidentRecord, secrets: readonly PacketSecret[]): LeftToDo[] {
  const gone = secrets.filter(({ standing, needsPerson }) => standing === 'proven' && needsPerson);
  return grouped(gone, (secret) => [secret.owner, secret.target]).map(([one, group]) => ({
    owner: one.owner ?? incident.startedBy,
    what: `${counted(group.length, 'secret')} at ${one.target} ${group.length === 1 ? 'has' : 'have'} no account and no working credential`,
    why: one.parked ?? '',
    first: `take ${group.length === 1 ? 'it' : 'them'} out of rekey.yaml; an account that is to come back is made and enrolled anew`,
    next: 'rekey apply --remove',
    refs: group.map((secret) => secret.ref),
  }));
}

function exposedAdmin(incident: IncidentRecord, { ref, target, owner }: ExposedAdmin): LeftToDo {
  return {
    owner: owner ?? incident.startedBy,
    what: `The admin credential of ${target} could have been read`,
    why: 'a break-glass uses admin credentials and does not re-issue them',
    first: `change it at ${target}, then give Rekey the new one`,
    next: `rekey secret put ${ref}`,
    refs: [ref],
  };
}

function notTold(incident: IncidentRecord, told: readonly PacketDelivery[]): LeftToDo[] {
  const due = told.filter(({ state }) => state === 'due');
  return grouped(due, ({ consumer }) => [consumer]).map(([one, group]) => {
    const error = group.find(({ lastError }) => lastError !== null)?.lastError ?? null;
    return {
      owner: one.owner ?? incident.startedBy,
      what: `${one.consumer} was not told of ${counted(group.length, 'new version')}`,
      why: error ?? 'not tried yet',
      first:
        one.owner === null
          ? 'it is not enrolled any more: enrol it again, or tell its owner yourself'
          : error === null
            ? null
            : 'mend it, or what rekey.yaml says of how it is told (rekey apply)',
      next: `rekey resume ${incident.id}`,
      refs: group.map(({ ref }) => ref),
    };
  });
}

function unconfirmed(incident: IncidentRecord, told: readonly PacketDelivery[]): LeftToDo[] {
  const open = told.filter((delivery) => delivery.state !== 'due' && isOpen(delivery));
  return grouped(open, ({ consumer }) => [consumer]).map(([one, group]) => ({
    owner: one.owner ?? incident.startedBy,
    what: `${one.consumer} has not confirmed that it uses ${counted(group.length, 'new version')}`,
    why: 'it took the message and did not name the version as the one in use',
    first: 'see that it runs on the new version and says so: a webhook answers {"using": "<version>"}',
    next: `rekey resume ${incident.id}`,
    refs: group.map(({ ref }) => ref),
  }));
}

function fenced(incident: IncidentRecord): LeftToDo[] {
  const { plan, people, id } = incident;
  if (!plan.fence || incident.reopenedAtMs !== undefined) return [];
  const names = people
    .filter(({ name, user }) => plan.principal === undefined || ![name, user].includes(plan.principal))
    .map(({ name }) => name);
  const needed = reopenersNeeded(incident) === 2 ? 'two' : String(reopenersNeeded(incident));
  const enough = names.length >= reopenersNeeded(incident);
  return [
    {
      owner: enough ? `${needed} of ${names.join(', ')}` : `${needed} people`,
      what: 'Reads are refused for the whole scope',
      why: `the cause is ${plan.cause}: it is re-opened by signature`,
      first: enough
        ? `read this packet; then ${needed} people sign, each with a key of their own`
        : `of the people applied before the incident ${names.length === 0 ? 'nobody' : `only ${names.join(', ')}`} may sign, and it takes ${needed}`,
      next: `rekey reopen ${id} --person NAME --key FILE`,
      refs: [],
    },
  ];
}

/** Groups in order of first appearance, each with its first one. */
function grouped<T>(
  things: readonly T[],
  key: (thing: T) => readonly (string | null)[],
): [first: T, group: readonly T[]][] {
  return [...Map.groupBy(things, (thing) => JSON.stringify(key(thing))).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [[first, group] as [T, readonly T[]]];
  });
}

/** Reasons begin with a stable code. */
function codeOf(why: string): string {
  return why.split(':', 1)[0] ?? why;
}
