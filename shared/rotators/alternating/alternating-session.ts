import { type Failure, failure } from '../failure.ts';
import type { Account, CutReport, Issued, OldCredential, Outcome, TargetSession } from '../rotator.ts';
import { identitiesText, type Names, passwordFor, readIdentities, type Slot, slotOf } from './credential.ts';
import type { User, UserLook, UserSession } from './user-session.ts';

const SLOTS = [0, 1] as const;
const otherOf = (slot: Slot): Slot => (slot === 0 ? 1 : 0);

/** How a kind calls an account's two users: the names in their values, and each as an account of its own. */
export interface Pairing {
  names(account: Account['account']): Names;
  user(account: Account['account'], slot: Slot): Account['account'];
  owner(account: Account['account']): string;
}

type Verbs = Omit<TargetSession, 'endWriters' | 'close' | 'mint'> & Required<Pick<TargetSession, 'inUse'>>;

/**
 * The verbs over accounts with two users in turn. The credential of one works until `revoke` takes him out of use, so that
 * there is no gap; the next rotation gives him a new one. An account is off where both users are.
 */
export function createAlternatingSession(users: UserSession, pairing: Pairing): Verbs {
  const userOf = (account: Account, slot: Slot): User => {
    const identity = readIdentities(account)[slot];
    return {
      ref: `${account.ref} ${slot}`,
      account: pairing.user(account.account, slot),
      owner: pairing.owner(account.account),
      ...(identity === undefined ? {} : { identity }),
    };
  };
  const bothOf = (account: Account): User[] => SLOTS.map((slot) => userOf(account, slot));
  const given = ({ account }: Account, credential: { value: string | null; slot?: Slot }) =>
    passwordFor(pairing.names(account), credential);

  async function lookAt(accounts: readonly Account[]): Promise<Pair[]> {
    const looks = await users.look(accounts.flatMap(bothOf));
    return accounts.map((_account, index): Pair => [looks[2 * index], looks[2 * index + 1]]);
  }

  return {
    inspect: async (accounts) =>
      (await lookAt(accounts)).map((pair) => {
        const failed = missing(pair);
        return failed ?? { ok: true, identity: identityOf(pair), off: isOff(pair) };
      }),

    async cut(accounts, sample) {
      const sampled = accounts.find(({ ref }) => ref === sample?.ref);
      const tried = sample === null || sampled === undefined ? null : given(sampled, sample);
      const { reports, sampleRefused } = await users.cut(
        accounts.flatMap(bothOf),
        sampled === undefined || tried?.password == null
          ? null
          : { ref: userOf(sampled, tried.slot).ref, value: tried.password },
      );
      return {
        sampleRefused,
        reports: accounts.map(({ ref }, index) => ({
          ref,
          outcome: foldCut(reports.slice(2 * index, 2 * index + 2)),
        })),
      };
    },

    async restore(accounts) {
      const pairs = await lookAt(accounts);
      const noted = accounts.flatMap((account, index) =>
        SLOTS.filter((slot) => isNoted(pairs[index]?.[slot])).map((slot) => ({
          index,
          user: userOf(account, slot),
        })),
      );
      const outcomes = await users.restore(noted.map(({ user }) => user));
      return pairs.map((pair, index) => {
        const own = outcomes.filter((_outcome, place) => noted[place]?.index === index);
        const failed = own.find((outcome): outcome is Failure => !outcome.ok) ?? missing(pair);
        if (failed !== undefined) return failed;
        return own.length === 0 && isOff(pair)
          ? failure('refused', 'both users are off, and neither was switched off by a cut of Rekey')
          : { ok: true };
      });
    },

    async install(items) {
      const pairs = await lookAt(items);
      const going = items.flatMap((item, index) => {
        const pair = pairs[index] ?? [];
        const slot = slotOf(item);
        const { value: _value, slot: _slot, ...rest } = withoutIdentity(item);
        // Seen missing, he is made anew, whatever was known of him. Another one by his name is not his.
        const unknown = isMissing(pair[slot]);
        if (missing(pair) !== undefined || (pair[slot]?.ok !== true && !unknown) || isOthers(item)) return [];
        const { identity, ...user } = userOf(item, slot);
        return [
          {
            index,
            user: {
              ...rest,
              ...user,
              ...(unknown || identity === undefined ? {} : { identity }),
              value: given(item, item).password ?? '',
              // One that rests between two turns is off by Rekey's own doing.
              turnOn: item.turnOn || !isOff(pair),
              other: pair[otherOf(slot)]?.ok === true ? userOf(item, otherOf(slot)) : null,
            },
          },
        ];
      });
      const outcomes = await users.install(going.map(({ user }) => user));
      const byIndex = new Map(going.map(({ index }, place) => [index, outcomes[place]]));
      return items.map((item, index) => {
        const pair = pairs[index] ?? [];
        const slot = slotOf(item);
        const outcome = byIndex.get(index);
        if (isOthers(item)) return OTHERS;
        if (outcome === undefined) return missing(pair) ?? failureOf(pair[slot]);
        if (!outcome.ok) return outcome;
        const known = [idOf(pair[0]), idOf(pair[1])] as const;
        const identity =
          slot === 0
            ? identitiesText(outcome.identity, known[1])
            : identitiesText(known[0], outcome.identity);
        return { ...outcome, identity };
      });
    },

    async endSessions(items) {
      const outcomes = await users.endSessions(
        items.flatMap((item) => bothOf(item).map((user) => ({ ...user, mark: item.mark }))),
      );
      return items.map((_item, index) => {
        const own = outcomes.slice(2 * index, 2 * index + 2);
        const failed = own.find((outcome): outcome is Failure => !outcome.ok);
        const ended = own.reduce((total, outcome) => total + (outcome.ok ? outcome.ended : 0), 0);
        return failed ?? { ok: true, ended };
      });
    },

    verify: (items) =>
      users.verify(
        items.map((item) => ({
          ...withoutIdentity(item),
          ...userOf(item, slotOf(item)),
          value: given(item, item).password ?? '',
        })),
      ),

    async inUse(items) {
      const turns = items.map((item) => userOf(item, slotOf(item)));
      const counts = await users.sessionsOf(turns);
      return items.map((item, index) => {
        const count = counts[index] ?? 0;
        const name = pairing.names(item.account)[slotOf(item)];
        const sessions = count === 1 ? 'a session' : `${count} sessions`;
        return { ok: true, use: count === 0 ? null : `${name} has ${sessions}` };
      });
    },

    async revoke(items) {
      const pairs = await lookAt(items);
      const resting = items.flatMap((item, index) => {
        const slot = otherOf(slotOf(item));
        return isMissing(pairs[index]?.[slot]) ? [] : [{ index, user: userOf(item, slot) }];
      });
      const outcomes = await users.takeAway(resting.map(({ user }) => user));
      const failed = new Map(resting.map(({ index }, place) => [index, outcomes[place]]));
      // His own password was replaced where an older version was his too, and what that opened may be there still.
      const replaced = items.flatMap((item, index) =>
        isReplaced(item) && item.mark !== ''
          ? [{ index, user: { ...userOf(item, slotOf(item)), mark: item.mark } }]
          : [],
      );
      const ended = await users.endSessions(replaced.map(({ user }) => user));
      replaced.forEach(({ index }, place) => {
        if (ended[place]?.ok === false) failed.set(index, ended[place]);
      });
      return items.map((_item, index) => {
        const outcome = failed.get(index);
        return outcome?.ok === false ? outcome : { ok: true };
      });
    },

    async prove(items) {
      const tried = items.flatMap((item) =>
        SLOTS.map((slot) => {
          const issued = slot === slotOf(item);
          return {
            ...withoutIdentity(item),
            ...userOf(item, slot),
            value: issued ? given(item, item).password : null,
            mark: issued && isReplaced(item) ? item.mark : '',
            old: item.old.flatMap((old) => {
              const { slot: own, password } = given(item, old);
              return own === slot ? [{ ...old, value: password }] : [];
            }),
          };
        }),
      );
      const answers = (await users.prove(tried)).flat();
      return items.map((item) =>
        item.old.map(({ versionId }) => ({
          versionId,
          outcome:
            answers.find((answer) => answer.versionId === versionId)?.outcome ?? failure('busy', 'not tried'),
        })),
      );
    },
  };

  /** A value that names the other one would be set as this one's password. */
  function isOthers(item: Account & Issued): boolean {
    return given(item, item).slot !== slotOf(item);
  }

  function isReplaced(
    item: Account & { readonly slot?: Slot; readonly old: readonly OldCredential[] },
  ): boolean {
    return item.old.some((old) => given(item, old).slot === slotOf(item));
  }
}

/** The account's own is both users' together. */
function withoutIdentity<A extends Account>({ identity: _identity, ...item }: A): Omit<A, 'identity'> {
  return item;
}

const OTHERS = failure('refused', 'the value names the other user than the one whose turn it is');

type Pair = readonly (Outcome<UserLook> | undefined)[];

function isMissing(look: Outcome<UserLook> | undefined): boolean {
  return look?.ok === false && look.reason === 'account-missing';
}

function isNoted(look: Outcome<UserLook> | undefined): boolean {
  return look?.ok === true && look.cut;
}

function idOf(look: Outcome<UserLook> | undefined): string | undefined {
  return look?.ok === true ? look.identity : undefined;
}

function identityOf(pair: Pair): string {
  return identitiesText(idOf(pair[0]), idOf(pair[1]));
}

function isOff(pair: Pair): boolean {
  return pair.every((look) => look?.ok !== true || look.off);
}

function failureOf(look: Outcome<UserLook> | undefined): Failure {
  return look === undefined || look.ok ? failure('busy', 'not looked at') : look;
}

/** Neither user is there: the account is not. */
function missing(pair: Pair): Failure | undefined {
  return pair.every(isMissing) ? failureOf(pair[0]) : undefined;
}

function foldCut(reports: readonly CutReport[]): CutReport['outcome'] {
  const outcomes = reports.map(({ outcome }) => outcome);
  const there = outcomes.filter((outcome) => outcome.ok || outcome.reason !== 'account-missing');
  const failed = there.find((outcome) => !outcome.ok);
  if (failed !== undefined) return failed;
  if (there.length === 0) return outcomes[0] ?? failure('busy', 'not looked at');
  const names = there.flatMap((outcome) => (outcome.ok ? (outcome.calledNow ?? []) : []));
  return {
    ok: true,
    wasOff: there.every((outcome) => outcome.ok && outcome.wasOff),
    ...(names.length === 0 ? {} : { calledNow: names.join(', ') }),
  };
}
