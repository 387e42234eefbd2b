import { randomBytes } from 'node:crypto';
import { escapeLiteral } from 'pg';
import { type Failure, failure, failuresOf, targetUnavailable } from '../failure.ts';
import type { Account, OldCredential, OpenRequest, Outcome, TargetSession } from '../rotator.ts';
import { isVerifierOf, keptVerifiers } from './kept-verifiers.ts';
import { isCutShown, judgeNew, saysNothing } from './login-meaning.ts';
import type { LoginAnswer } from './login-probe.ts';
import type { Role } from './role.ts';
import { type ScramKeys, verifierOf } from './scram.ts';
import { quoted, roleName, type Server } from './server.ts';
import { endSessionsBefore, endWritersNamed, type Marked } from './sessions.ts';
import { sqlStateOf } from './sqlstate.ts';

/** Before 18 a login in the middle of its authentication does not show in `pg_stat_activity`. */
const SHOWS_STARTING = 180_000;

type Proving = Omit<Parameters<TargetSession['prove']>[0][number], 'value'> & {
  /** Null where the role was taken out of use: it may not log in and has no password. */
  readonly value: string | null;
};
type Judged = Account & { readonly value: string; readonly expectOff: boolean };

/** The verbs over roles, one password each. What else a change of theirs is to do stands in the same transaction. */
export interface RoleSession extends TargetSession {
  cut(
    accounts: readonly Account[],
    sample: Parameters<TargetSession['cut']>[1],
    off?: (account: Account) => string,
  ): ReturnType<TargetSession['cut']>;
  restore(accounts: readonly Account[], on?: (account: Account) => string): Promise<Outcome[]>;
  install(
    items: Parameters<TargetSession['install']>[0],
    more?: (account: Account) => readonly string[],
  ): ReturnType<TargetSession['install']>;
  /** What logins with the new passwords say of them. */
  judge(items: readonly Judged[], answers: readonly LoginAnswer[]): Promise<Outcome[]>;
  prove(items: readonly Proving[]): ReturnType<TargetSession['prove']>;
}

/** The verbs of `postgres` over one admin connection. */
export function createTargetSession(request: OpenRequest, server: Server): RoleSession {
  /** Values that a login of this session was let in with, by account. */
  const accepted = new Map<string, string>();

  return {
    endWriters: (names) =>
      server.guarded(async () => {
        if (!(await endWritersNamed(server.client(), names)))
          throw targetUnavailable(request.target.id, 'an older writer would not end');
      }),

    inspect: (accounts) =>
      server.guarded(async () =>
        [...(await server.look(accounts, 'follow')).values()].map((outcome) =>
          outcome.ok ? { ok: true, identity: outcome.role.oid, off: outcome.role.off } : outcome,
        ),
      ),

    cut: (accounts, sample, off = (account) => `ALTER ROLE ${quoted(account)} NOLOGIN`) =>
      server.guarded(async () => {
        const before = await server.look(accounts, 'follow');
        const there = calledNow(accounts, before);
        const failures = new Map<string, Failure>();
        const on = there.filter(({ ref }) => !isOff(before.get(ref)));
        await server.inOneTransaction(on, off, failures, server.endTheirs);
        const mark = await server.now();
        const after = await server.look(there);
        const marked = there
          .filter(({ ref }) => after.get(ref)?.ok === true)
          .map((account): Marked => ({ role: roleName(account), mark }));
        const gone =
          (await endSessionsBefore(server.client(), marked)).gone &&
          (await endSessionsBefore(server.client(), marked)).gone;
        const sampled = there.find(({ ref }) => ref === sample?.ref);
        const answer =
          sample === null || sampled === undefined ? undefined : await server.login(sampled, sample.value);
        return {
          sampleRefused: answer === undefined ? null : isCutShown(answer),
          reports: accounts.map((account) => {
            const { ref } = account;
            const was = before.get(ref);
            const is = after.get(ref);
            const failed = failures.get(ref);
            // Renamed at this very moment, it is not gone: what the look after says by its identity counts.
            if (failed !== undefined) return { ref, outcome: is?.ok === false ? is : failed };
            if (was?.ok !== true) return { ref, outcome: was ?? failure('busy', 'not looked at') };
            if (is?.ok !== true) return { ref, outcome: is ?? failure('busy', 'not looked at') };
            if (!is.role.off) return { ref, outcome: failure('refused', 'the server says it is still on') };
            if (!gone) return { ref, outcome: failure('busy', 'sessions from before are still there') };
            const { name } = is.role;
            return {
              ref,
              outcome: {
                ok: true,
                wasOff: was.role.off,
                ...(name === roleName(account) ? {} : { calledNow: name }),
              },
            };
          }),
        };
      }),

    restore: (accounts, on = (account) => `ALTER ROLE ${quoted(account)} LOGIN`) =>
      server.guarded(async () => {
        const there = calledNow(accounts, await server.look(accounts, 'follow'));
        const failures = new Map<string, Failure>();
        await server.inOneTransaction(there, on, failures);
        const after = await server.look(accounts, 'follow');
        return accounts.map(({ ref }) => {
          const is = after.get(ref);
          const failed = failures.get(ref) ?? (is?.ok === true ? undefined : is);
          if (failed !== undefined) return failed;
          return isOff(is) ? failure('refused', 'the server says it is still off') : { ok: true };
        });
      }),

    install: (items, more = () => []) =>
      server.guarded(async () => {
        const [known] = await Promise.all([server.look(items), server.derive(items)]);
        const there = items.filter((item) => known.get(item.ref)?.ok === true);
        const failures = new Map<string, Failure>();
        let found: Set<string> | null = null;
        try {
          await server.inOneTransaction(
            there,
            (item) =>
              [
                `ALTER ROLE ${quoted(item)} PASSWORD ${escapeLiteral(verifierOf(server.keysFor(item.ref, item.value) as ScramKeys))}${item.turnOn ? ' LOGIN' : ''}`,
                ...more(item),
              ].join('; '),
            failures,
            server.endTheirs,
          );
        } catch (error) {
          if (sqlStateOf(error) !== undefined) throw error;
          found = await server.lookAfterLoss(there);
        }
        const mark = await server.now();
        return items.map((item) => {
          const outcome = known.get(item.ref);
          const failed = failures.get(item.ref);
          if (outcome?.ok !== true) return outcome ?? failure('busy', 'not looked at');
          if (failed !== undefined) return failed;
          if (found !== null && !found.has(item.ref)) {
            return failure(
              'outcome-unknown',
              'the connection was lost before the answer; the new one was not seen to work',
            );
          }
          return {
            ok: true,
            identity: outcome.role.oid,
            mark,
            off: outcome.role.off && !item.turnOn,
          };
        });
      }),

    endSessions: (items) =>
      server.guarded(async () => {
        const { ended, gone } = await endSessionsBefore(
          server.client(),
          items.filter((item) => item.mark !== '').map((item) => ({ role: roleName(item), mark: item.mark })),
        );
        return items.map((item) =>
          gone
            ? { ok: true, ended: ended.get(roleName(item)) ?? 0 }
            : failure('busy', 'sessions from before would not end, or a login from before shows no user'),
        );
      }),

    verify: (items) =>
      server.guarded(async () => {
        const answers = await server.logInAll(items, (item) =>
          server.login(item, item.value, server.keysFor(item.ref, item.value)),
        );
        return judge(items, answers);
      }),

    judge,

    async revoke(items) {
      // One password a role: the install replaced it.
      return items.map(() => ({ ok: true }));
    },

    prove: (items) =>
      server.guarded(async () => {
        const tries = items.flatMap((item) => item.old.map((old) => ({ item, old })));
        const answers = await server.logInAll(tries, ({ item, old }) =>
          // Where nobody holds the value, one that was never issued shows whether the route asks for passwords at all.
          server.login(item, old.value ?? randomBytes(24).toString('base64url')),
        );
        const inForce = await seeInForce(tries, answers);
        const roles = await server.look(items);
        const waitMs = await beforeSecondLook(
          items.filter(({ value }) => value !== null).map((item) => item.mark),
        );
        // The second look comes after the refusals: whoever was let in before shows now.
        const inUse = await endSessionsBefore(
          server.client(),
          items
            .filter(({ value, mark }) => value !== null && mark !== '')
            .map((item) => ({ role: roleName(item), mark: item.mark })),
        );
        const mark = await server.now();
        const taken = await endSessionsBefore(
          server.client(),
          items.filter(({ value }) => value === null).map((item) => ({ role: roleName(item), mark })),
          'await',
        );
        const results = new Map<object, Outcome<{ evidence: string }>>();
        for (const [index, { item, old }] of tries.entries()) {
          const answer = answers[index] ?? { saw: 'unreachable', why: 'not tried' };
          const sessions = item.value === null ? { ...taken, waitMs: 0 } : { ...inUse, waitMs };
          const seen = { role: roles.get(item.ref), notInForce: inForce.get(item.ref), sessions };
          results.set(old, await judgeOld(item, old, answer, seen));
        }
        return items.map((item) =>
          item.old.map((old) => ({
            versionId: old.versionId,
            outcome: results.get(old) ?? failure('busy', 'not tried'),
          })),
        );
      }),

    close: server.close,
  };

  /**
   * A refusal says something only where the issued one is in force by the same route: let in by this session, or kept by the
   * server as what the refusal was against, or let in now. The salt that the server names would not do: it is public, and
   * whoever may change the role's password can set another under it. What speaks against it, by account.
   */
  async function seeInForce(
    tries: readonly { readonly item: Proving }[],
    answers: readonly LoginAnswer[],
  ): Promise<Map<string, Failure>> {
    const against = new Map<Issued, (string | undefined)[]>();
    for (const [index, { item }] of tries.entries()) {
      const answer = answers[index];
      if (isIssued(item) && accepted.get(item.ref) !== item.value && answer?.saw === 'password-refused')
        against.set(item, [...(against.get(item) ?? []), answer.against]);
    }
    const open = [...against.keys()];
    const kept = open.length === 0 ? new Map() : await keptVerifiers(server.client(), open.map(roleName));
    const isKept = await Promise.all(
      open.map(async (item) => {
        const verifier = kept.get(roleName(item)) ?? '';
        const met = against.get(item)?.every((name) => name !== undefined && verifier.startsWith(`${name}$`));
        return met === true && (await isVerifierOf(verifier, item.value));
      }),
    );
    const left = open.filter((_item, index) => isKept[index] !== true);
    return failuresOf(
      left,
      await judge(left, await server.logInAll(left, (item) => server.login(item, item.value))),
    );
  }

  async function judge(items: readonly Judged[], answers: readonly LoginAnswer[]): Promise<Outcome[]> {
    const refused = items.filter((_item, index) => answers[index]?.saw === 'password-refused');
    const roles =
      refused.length === 0 ? new Map<string, Outcome<{ role: Role }>>() : await server.look(refused);
    return items.map((item, index) => {
      const answer = answers[index] ?? { saw: 'unreachable', why: 'not tried' };
      const outcome = judgeNew(answer, item.expectOff, roles.get(item.ref));
      if (outcome.ok) accepted.set(item.ref, item.value);
      return outcome;
    });
  }

  /** Milliseconds until a second look says something: before 18, a login from before the mark stays invisible until it times out. */
  async function beforeSecondLook(marks: readonly string[]): Promise<number> {
    if (server.version >= SHOWS_STARTING) return 0;
    const { rows } = await server.client().query<{ ms: number }>(
      `SELECT coalesce(max(extract(epoch FROM m + $2::interval - clock_timestamp()) * 1000), 0)::float8 AS ms
       FROM unnest($1::timestamptz[]) AS m`,
      [marks.filter((mark) => mark !== ''), server.authenticationTimeout],
    );
    return Math.max(0, rows[0]?.ms ?? 0);
  }

  async function judgeOld(
    item: Proving,
    old: OldCredential,
    answer: LoginAnswer,
    { role, notInForce, sessions }: Seen,
  ): Promise<Outcome<{ evidence: string }>> {
    const name = roleName(item);
    switch (answer.saw) {
      case 'ready':
        return failure('old-accepted', 'the old password logs in');
      case 'authenticated': {
        const cut = role?.ok === true && role.role.off ? '; the role is off, so it is cut' : '';
        return failure('old-accepted', `the old password is accepted, then ${answer.code}${cut}`);
      }
      case 'not-asked':
      case 'refused-unasked':
      case 'unreachable':
        return saysNothing(answer);
      case 'password-refused':
        break;
    }
    if (role?.ok === false && role.reason === 'account-missing' && item.identity !== undefined) {
      return {
        ok: true,
        evidence: `the account is gone: no role ${name}, no role with oid ${item.identity}`,
      };
    }
    if (role?.ok !== true) return role ?? failure('busy', 'the role was not looked at');
    if (role.role.expired) return failure('no-proof', 'VALID UNTIL has passed: any password is refused');
    if (notInForce !== undefined) return notInForce;
    if (!sessions.gone) return failure('busy', 'sessions from before would not end');
    const found = sessions.ended.get(name) ?? 0;
    if (found > 0) return failure('sessions-found', `${found} sessions from before were ended late`);
    if (sessions.waitMs > 0) {
      return failure(
        'busy',
        `a login from before could still be under way, unseen, for ${Math.ceil(sessions.waitMs / 1_000)} s`,
      );
    }
    if (old.value !== null) return { ok: true, evidence: evidenceOf(item) };
    return (await showsReplaced(name, item.value))
      ? { ok: true, evidence: 'replaced by the server’s word (pg_authid), no session from before' }
      : failure('value-unknown', 'nobody holds the value, and the server does not show what replaced it');
  }

  function evidenceOf({ ref, value }: Proving): string {
    const isAccepted = value !== null && accepted.get(ref) === value;
    const by = isAccepted ? ', the new one accepted' : ' against the new one’s verifier (pg_authid)';
    return `refused (28P01)${value === null ? '' : by}, no session from before`;
  }

  /** Whether the one password slot holds exactly what was installed, or nothing. Only where the admin may read it. */
  async function showsReplaced(name: string, value: string | null): Promise<boolean> {
    const kept = await keptVerifiers(server.client(), [name]);
    return value === null ? kept.get(name) === null : isVerifierOf(kept.get(name), value);
  }
}

type Issued = Proving & { readonly value: string };

function isIssued(item: Proving): item is Issued {
  return item.value !== null;
}

/** Beside the answer to an old one: what is known of its role, of the issued one, of sessions. */
interface Seen {
  readonly role: Outcome<{ role: Role }> | undefined;
  readonly notInForce: Failure | undefined;
  readonly sessions: {
    readonly ended: ReadonlyMap<string, number>;
    readonly gone: boolean;
    readonly waitMs: number;
  };
}

function isOff(outcome: Outcome<{ role: Role }> | undefined): boolean {
  return outcome?.ok === true && outcome.role.off;
}

/** The accounts that are there, each under the name it has now. */
export function calledNow(
  accounts: readonly Account[],
  known: ReadonlyMap<string, Outcome<{ role: Role }>>,
): Account[] {
  return accounts.flatMap((account) => {
    const outcome = known.get(account.ref);
    if (outcome?.ok !== true) return [];
    return [{ ...account, account: { ...account.account, role: outcome.role.name } }];
  });
}
