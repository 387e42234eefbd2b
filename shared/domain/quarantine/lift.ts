import { canonicalJson } from '../canonical.ts';
import { type Identity, personOf } from '../identity.ts';
import type { Person } from '../person.ts';
import { isStanding, LIFTS_NEEDED, type Lift, type Quarantine } from './record.ts';

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
      readonly ground: 'quarantine-lifted' | 'person-unknown' | 'own-quarantine' | 'voiced-already';
      readonly message: string;
    };

/** Whether somebody's voice for lifting counts: he is among people, is not who is quarantined, and has not said it before. Pure. */
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
  if ([person.name, person.user, ...(person.iam ?? [])].includes(principal))
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

/** With one voice more; lifted by the last that was needed. */
export function withLift(quarantine: Quarantine, lift: Lift): Quarantine {
  const lifts = [...quarantine.lifts, lift];
  return {
    ...quarantine,
    lifts,
    ...(lifts.length < LIFTS_NEEDED ? {} : { liftedAtMs: lift.atMs }),
  };
}
