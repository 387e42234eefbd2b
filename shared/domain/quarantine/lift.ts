import { canonicalJson } from '../canonical.ts';
import { type Identity, personOf } from '../identity.ts';
import type { Person } from '../person.ts';
import { roleOfSession } from '../reads/role-arn.ts';
import { isStanding, LIFTS_NEEDED, type Lift, type Quarantine, vouchedFor } from './record.ts';

/** What a person signs who lifts with a key, as canonical JSON. */
export interface LiftStatement {
  readonly v: 1;
  /** Tells it from what is signed for an incident or a request. */
  readonly kind: 'quarantine-lift';
  readonly quarantine: string;
  readonly principal: string;
  readonly atMs: number;
}

export function liftStatement({ id, principal, atMs }: Quarantine): LiftStatement {
  return { v: 1, kind: 'quarantine-lift', quarantine: id, principal, atMs };
}

export function liftBytes(statement: LiftStatement): Buffer {
  return Buffer.from(canonicalJson(statement));
}

export type LiftJudgement =
  | { readonly counts: true; readonly person: string }
  | {
      readonly counts: false;
      readonly ground:
        | 'quarantine-lifted'
        | 'person-unknown'
        | 'person-later'
        | 'own-quarantine'
        | 'voiced-already';
      readonly message: string;
    };

/** Whether somebody's voice for lifting counts: he is among people as he was then, is not who is quarantined, and has not said it before. Pure. */
export function judgeLift(
  quarantine: Quarantine,
  identity: Identity,
  people: readonly Person[],
): LiftJudgement {
  const { id, principal } = quarantine;
  if (!isStanding(quarantine))
    return { counts: false, ground: 'quarantine-lifted', message: `${id} was lifted before` };
  const person = personOf(people, identity);
  if (person === undefined)
    return {
      counts: false,
      ground: 'person-unknown',
      message: `nobody among people is ${identity.way} ${identity.id}`,
    };
  if (quarantine.people[person.name] !== vouchedFor(person))
    return {
      counts: false,
      ground: 'person-later',
      message: `${person.name} came among people, or was changed there, after ${id}`,
    };
  if (isThemselves(person, identity, principal))
    return {
      counts: false,
      ground: 'own-quarantine',
      message: `${person.name} is who is quarantined: two others lift it`,
    };
  if (quarantine.lifts.some((lift) => lift.person === person.name))
    return {
      counts: false,
      ground: 'voiced-already',
      message: `${person.name} has said so already: one person, one voice`,
    };
  return { counts: true, person: person.name };
}

/** By name, by user, by each session that is his, and by the role of one. */
export function isThemselves(person: Person, identity: Identity, principal: string): boolean {
  const arns = [...(person.iam ?? []), identity.id];
  const roles = arns.map((arn) => roleOfSession(arn)?.role);
  return [person.name, person.user, ...arns, ...roles].includes(principal);
}

/** With one voice more; lifted by the last that was needed. */
export function withLift(quarantine: Quarantine, lift: Lift): Quarantine {
  const lifts = [...quarantine.lifts, lift];
  return {
    ...quarantine,
    lifts,
    ...(lifts.length < LIFTS_NEEDED ? {} : { liftedAtMs: lift.atMs }),
  };
}
