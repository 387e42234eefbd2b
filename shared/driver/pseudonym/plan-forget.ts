import type { AuditEntry } from '../../domain/audit/entry.ts';
import { RekeyError } from '../../domain/errors.ts';
import { type ForgetOutlook, type ForgetPlan, forgetPlanHash } from '../../domain/pseudonym/forget.ts';
import { isPseudonym, pseudonymsIn } from '../../domain/pseudonym/pseudonym.ts';
import type { Needs } from '../services.ts';
import { whoIsMeant } from './name-people.ts';

export interface PlannedForget {
  readonly name: string;
  readonly plan: ForgetPlan;
  readonly planHash: string;
  readonly outlook: ForgetOutlook;
  /** Pseudonyms that go: his own, and of addresses that are nobody else’s. */
  readonly pseudonyms: readonly string[];
}

/** Who would be forgotten, and what it comes to. Changes nothing. `NotFound` `person-unknown` where no pseudonym is his. */
export async function planForget(
  services: Needs<'audit' | 'pseudonyms'>,
  said: string,
): Promise<PlannedForget> {
  const { name, called } = await whoIsMeant(services, said);
  const pseudonym = called.find(isPseudonym);
  if (pseudonym === undefined || name === pseudonym) throw unknownPerson();
  const { audit } = services;
  const [own, clear] = await Promise.all([
    audit.find({ principal: pseudonym }),
    audit.find({ principal: name }),
  ]);
  const addresses = await ownAddresses(services, pseudonym, own);
  const plan: ForgetPlan = {
    v: 1,
    kind: 'forget-person',
    pseudonym,
    classes: [...new Set(own.flatMap(({ className }) => className ?? []))].sort(),
  };
  return {
    name,
    plan,
    planHash: forgetPlanHash(plan),
    outlook: { entries: own.length, inClear: clear.length, addresses: addresses.length },
    pseudonyms: [pseudonym, ...addresses],
  };
}

/** Those that stand in entries of his and beside no other person: another’s name would lose the address that he came from. */
async function ownAddresses(
  { audit }: Needs<'audit'>,
  pseudonym: string,
  own: readonly AuditEntry[],
): Promise<string[]> {
  const sources = [...new Set(own.map(({ source }) => source))].filter(
    (source) => pseudonymsIn(source).length > 0,
  );
  if (sources.length === 0) return [];
  const mine = new Set(own.map(({ id }) => id));
  const others = await audit.find({ address: sources, action: ['read', 'change'] });
  const shared = new Set(others.filter(({ id }) => !mine.has(id)).map(({ source }) => source));
  return sources
    .filter((source) => !shared.has(source))
    .flatMap(pseudonymsIn)
    .filter((one) => one !== pseudonym);
}

function unknownPerson(): RekeyError {
  return new RekeyError({
    code: 'person-unknown',
    family: 'NotFound',
    message: 'no pseudonym in the audit is of that name: nobody is to be forgotten',
    safe: 'Nothing was changed.',
    next: ['rekey audit search --principal NAME'],
  });
}
