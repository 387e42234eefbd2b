import { randomBytes } from 'node:crypto';
import { type Failure, failure, failuresOf, targetUnavailable } from '../failure.ts';
import type { Account, Issued, OldCredential, OpenRequest, Outcome, TargetSession } from '../rotator.ts';
import { numberOf } from './errors.ts';
import { isAccepted, isCutShown, judgeNew, notByThisRoute, saysNothing } from './login-meaning.ts';
import type { LoginAnswer } from './login-probe.ts';
import { isOff, type Row, type User } from './row.ts';
import { inspected, type Server, userName } from './server.ts';
import { type Emptied, endSessionsBefore, endWritersNamed, markNow } from './sessions.ts';
import { at, forget, lock, makeNote, note, unlock } from './statements.ts';

type Proving = Omit<Parameters<TargetSession['prove']>[0][number], 'value'> & {
  /** Null where the user was taken out of use: locked, and without a password. */
  readonly value: string | null;
};

type Judged = Account & { readonly value: string; readonly expectOff: boolean };
type Installing = Parameters<TargetSession['install']>[0][number];

/** The verbs over users, each with all of its rows. */
export interface MysqlSession extends TargetSession {
  /** `setting`: the statements that set the passwords, where they are others than the plain ones. */
  install(
    items: readonly Installing[],
    setting?: (
      items: readonly { readonly item: Installing; readonly rows: readonly Row[] }[],
    ) => readonly string[],
  ): ReturnType<TargetSession['install']>;
  /** What logins with the new passwords say of them. */
  judge(items: readonly Judged[], answers: readonly LoginAnswer[]): Promise<Outcome[]>;
  prove(items: readonly Proving[]): ReturnType<TargetSession['prove']>;
}

/** The verbs of `mysql` over one admin connection, where a user has one password. */
export function createTargetSession(request: OpenRequest, server: Server): MysqlSession {
  const { flavour, ask } = server;
  const isLimited = flavour.mostErrors !== null && flavour.mostErrors < NEVER;

  /** Values that a login of this session was let in with, by account. */
  const accepted = new Map<string, string>();

  async function judge(items: readonly Judged[], answers: readonly LoginAnswer[]): Promise<Outcome[]> {
    const refused = items.filter((_item, index) => answers[index]?.saw === 'refused');
    const users =
      refused.length === 0 ? new Map<string, Outcome<{ user: User }>>() : await server.look(refused);
    return items.map((item, index) => {
      const answer = answers[index] ?? { saw: 'unreachable', why: 'not tried' };
      const user = users.get(item.ref) ?? failure('busy', 'not looked at');
      const outcome = judgeNew(userName(item), answer, item.expectOff, user, server.connection);
      if (outcome.ok) accepted.set(item.ref, item.value);
      return outcome;
    });
  }

  return {
    endWriters: (names) =>
      server.guarded(async () => {
        if (!(await endWritersNamed(ask, names)))
          throw targetUnavailable(request.target.id, 'an older writer would not end');
      }),

    inspect: (accounts) =>
      server.guarded(async () => [...(await server.look(accounts)).values()].map(inspected)),

    cut: (accounts, sample) =>
      server.guarded(async () => {
        const before = await server.look(accounts);
        const failures = new Map<string, Failure>();
        const on = withRows(accounts, before, (row) => !row.off);
        if (on.length > 0 && !flavour.readOnly) await ask(makeNote());
        // The note first: whoever comes later knows whose lock it is.
        await server.change(on, (some) => [note(rowsOf(some)), lock(rowsOf(some))], failures);
        const mark = await markNow(ask);
        const after = await server.look(accounts);
        const marked = accounts
          .filter(({ ref }) => after.get(ref)?.ok === true)
          .map((account) => ({ user: userName(account), mark }));
        const gone =
          (await endSessionsBefore(ask, marked)).gone && (await endSessionsBefore(ask, marked)).gone;
        const sampled = accounts.find(({ ref }) => ref === sample?.ref);
        const answer =
          sample === null || sampled === undefined ? undefined : await server.login(sampled, sample.value);
        return {
          sampleRefused: answer === undefined ? null : isCutShown(answer),
          reports: accounts.map(({ ref }) => {
            const [was, is, failed] = [before.get(ref), after.get(ref), failures.get(ref)];
            if (failed !== undefined) return { ref, outcome: failed };
            if (was?.ok !== true) return { ref, outcome: was ?? failure('busy', 'not looked at') };
            if (is?.ok !== true) return { ref, outcome: is ?? failure('busy', 'not looked at') };
            if (!isOff(is.user))
              return { ref, outcome: failure('refused', 'the server says it is still on') };
            if (!gone) return { ref, outcome: failure('busy', 'sessions from before are still there') };
            return { ref, outcome: { ok: true, wasOff: isOff(was.user) } };
          }),
        };
      }),

    restore: (accounts) =>
      server.guarded(async () => {
        const before = await server.look(accounts);
        const failures = new Map<string, Failure>();
        await switchOn(
          withRows(accounts, before, (row) => row.off && row.cut),
          failures,
        );
        const after = await server.look(accounts);
        return accounts.map(({ ref }) => {
          const is = after.get(ref) ?? failure('busy', 'not looked at');
          const failed = failures.get(ref) ?? (is.ok ? undefined : is);
          if (failed !== undefined) return failed;
          return is.ok && isOff(is.user)
            ? failure('refused', 'it is off, and was not switched off by a cut of Rekey')
            : { ok: true };
        });
      }),

    install: (items, setting) =>
      server.guarded(async () => {
        const known = await server.look(items);
        const failures = new Map<string, Failure>();
        const there = withRows(items, known).filter((item) => mayBeSet(item, failures));
        let found: Set<string> | null = null;
        try {
          const byRef = new Map(items.map((item) => [item.ref, item]));
          await server.change(
            there,
            (some) =>
              setting === undefined
                ? flavour.setPasswords(some)
                : setting(some.flatMap(({ ref, rows }) => ({ item: byRef.get(ref) as Installing, rows }))),
            failures,
          );
          await switchOn(
            there.flatMap((item) => (item.turnOn && !failures.has(item.ref) ? [toSwitchOn(item)] : [])),
            failures,
          );
        } catch (error) {
          if (numberOf(error) !== undefined) throw error;
          found = await server.lookAfterLoss(there);
        }
        const mark = await markNow(ask);
        return items.map((item) => {
          const outcome = known.get(item.ref) ?? failure('busy', 'not looked at');
          const failed = failures.get(item.ref) ?? (outcome.ok ? undefined : outcome);
          if (failed !== undefined) return failed;
          if (found !== null && !found.has(item.ref)) {
            return failure(
              'outcome-unknown',
              'the connection was lost before the answer; the new one was not seen to work',
            );
          }
          const seen = inspected(outcome);
          return seen.ok ? { ...seen, mark, off: seen.off && !item.turnOn } : seen;
        });
      }),

    endSessions: (items) =>
      server.guarded(async () => {
        const { ended, gone } = await endSessionsBefore(
          ask,
          items.map((item) => ({ user: userName(item), mark: item.mark })),
        );
        return items.map((item) =>
          gone
            ? { ok: true, ended: ended.get(userName(item)) ?? 0 }
            : failure('busy', 'sessions from before would not end'),
        );
      }),

    verify: (items) =>
      server.guarded(async () => {
        const answers = await server.logInAll(items, (item) => server.login(item, item.value));
        return judge(items, answers);
      }),

    judge,

    async revoke(items) {
      // One password a user: the install replaced it.
      return items.map(() => ({ ok: true }));
    },

    prove: (items) =>
      server.guarded(async () => {
        const tries = items.flatMap((item) => item.old.map((old) => ({ item, old })));
        const answers = await server.logInAll(
          tries,
          ({ item, old }) => tryOld(item, old),
          isLimited ? 1 : undefined,
        );
        const refused = new Set(
          tries.flatMap(({ item }, index) => (answers[index]?.saw === 'refused' ? [item] : [])),
        );
        const inForce = await seeInForce([...refused]);
        const users = await server.look(items);
        // The second look comes after the refusals: whoever was let in before shows now.
        const mark = await markNow(ask);
        const sessions = await endSessionsBefore(
          ask,
          items.flatMap((item) => {
            const from = item.value === null ? mark : item.mark;
            return from === '' ? [] : [{ user: userName(item), mark: from }];
          }),
        );
        const results = new Map<object, Outcome<{ evidence: string }>>();
        for (const [index, { item, old }] of tries.entries()) {
          const answer = answers[index] ?? { saw: 'unreachable', why: 'not tried' };
          const user = users.get(item.ref) ?? failure('busy', 'not looked at');
          const seen = { user, notInForce: inForce.get(item.ref), sessions };
          results.set(old, await judgeOld(item, old, answer, seen));
        }
        return items.map((item) =>
          item.old.map((old) => ({
            versionId: old.versionId,
            outcome: results.get(old) ?? failure('busy', 'not tried'),
          })),
        );
      }),

    close: () => server.close(),
  };

  async function switchOn(items: readonly WithRows[], failures: Map<string, Failure>): Promise<void> {
    await server.change(items, (some) => [unlock(rowsOf(some))], failures);
    const noted = items.flatMap((item) => {
      const rows = item.rows.filter(({ cut }) => cut);
      return rows.length === 0 || failures.has(item.ref) ? [] : [{ ...item, rows }];
    });
    await server.change(noted, (some) => [forget(rowsOf(some))], failures);
  }

  /** In an emergency another way of authenticating gives place to the password; what the server would write down never does. */
  function mayBeSet(item: WithRows & { readonly urgent?: boolean }, failures: Map<string, Failure>): boolean {
    const refused = flavour.refusal(item.urgent === true ? [] : item.rows);
    if (refused !== null) failures.set(item.ref, failure('refused', refused));
    return refused === null;
  }

  /** Where failed logins shut a user out, one with the new password follows each, and forgives it. */
  async function tryOld(item: Proving, { value }: OldCredential): Promise<LoginAnswer> {
    if (isLimited && item.value !== null && (flavour.mostErrors ?? 0) < 2)
      return { saw: 'unreachable', why: 'one failed login would shut the user out (max_password_errors)' };
    // Where nobody holds the value, one that was never issued shows whether the route asks for passwords at all.
    const answer = await server.login(item, value ?? randomBytes(24).toString('base64url'));
    if (isLimited && item.value !== null) await server.login(item, item.value);
    return answer;
  }

  /** Logs in with what is issued and no login of this session was let in with. What speaks against it, by account. */
  async function seeInForce(items: readonly Proving[]): Promise<Map<string, Failure>> {
    const issued = items.flatMap((item) =>
      item.value === null || accepted.get(item.ref) === item.value ? [] : [{ ...item, value: item.value }],
    );
    const answers = await server.logInAll(issued, (item) => server.login(item, item.value));
    return failuresOf(issued, await judge(issued, answers));
  }

  async function judgeOld(
    item: Proving,
    old: OldCredential,
    answer: LoginAnswer,
    { user: looked, notInForce, sessions: { ended, gone } }: Seen,
  ): Promise<Outcome<{ evidence: string }>> {
    if (!looked.ok) {
      if (looked.reason !== 'account-missing' || item.identity === undefined) return looked;
      const elsewhere = await foundElsewhere(item, old);
      return elsewhere ?? { ok: true, evidence: `the account is gone: no user ${userName(item)}` };
    }
    const { user } = looked;
    if (!gone) return failure('busy', 'sessions from before would not end');
    const found = ended.get(user.name) ?? 0;
    if (found > 0) return failure('sessions-found', `${found} sessions from before were ended late`);
    switch (answer.saw) {
      case 'ready':
        return failure('old-accepted', 'the old password logs in');
      case 'accepted': {
        const cut = isOff(user) ? '; the user is locked, so it is cut' : '';
        return failure('old-accepted', `the old password is accepted, then ${answer.number}${cut}`);
      }
      case 'unasked':
      case 'unreachable':
        return saysNothing(answer);
      case 'refused':
        break;
    }
    const second = user.rows.find((row) => row.second);
    if (second !== undefined) return failure('old-accepted', `${at(second)} holds a second password`);
    // One row answered; the others are asked after at the server.
    const kept =
      old.value === null ? undefined : user.rows.find((row) => flavour.holds(row, old.value) === true);
    if (kept !== undefined) return failure('old-accepted', `${at(kept)} still has the old password`);
    const other = user.rows.find((row) => flavour.holds(row, item.value) === false);
    if (other !== undefined) return failure('no-proof', `${at(other)} has a password that was not installed`);
    if (notInForce !== undefined) return notInForce;
    if (old.value === null) return judgeUnheld(item, user);
    return (
      notByThisRoute(user, server.connection) ?? {
        ok: true,
        evidence: `refused (1045)${item.value === null ? '' : ', the new one accepted'}, no session from before`,
      }
    );
  }

  /** Nobody holds the value: the server shows that there is none but the issued one, or that is seen of it. */
  async function judgeUnheld(item: Proving, { rows }: User): Promise<Outcome<{ evidence: string }>> {
    if (rows.every((row) => flavour.holds(row, item.value) === true))
      return {
        ok: true,
        evidence: 'replaced by the server’s word (mysql.global_priv), no session from before',
      };
    const isHidden = rows.every((row) => flavour.holds(row, item.value) === undefined);
    if (
      isHidden &&
      item.value !== null &&
      rows.length === 1 &&
      isAccepted(await server.login(item, item.value))
    )
      return { ok: true, evidence: 'the new one is accepted, and the server holds no second (mysql.user)' };
    return failure('value-unknown', 'nobody holds the value, and the server does not show what replaced it');
  }

  /** The server keeps no other name of a user than its name: one that was renamed is found by its password alone. */
  async function foundElsewhere(item: Account, { value }: OldCredential): Promise<Failure | null> {
    if (value === null) return null;
    const other = (await flavour.holders(ask, value)).find(({ user }) => user !== userName(item));
    return other === undefined
      ? null
      : failure('account-renamed', `the old password lives on as ${at(other)}`);
  }
}

/** Beside the answer to an old one: what is known of its user, of the issued one, of sessions. */
interface Seen {
  readonly user: Outcome<{ user: User }>;
  readonly notInForce: Failure | undefined;
  readonly sessions: Emptied;
}

/** As the server has it where there is no limit. */
const NEVER = 4_294_967_295;

type WithRows = Account & { readonly rows: readonly Row[] };

/** The accounts that are there and have such rows, with them. */
export function withRows<A extends Account>(
  accounts: readonly A[],
  known: ReadonlyMap<string, Outcome<{ user: User }>>,
  wanted: (row: Row) => boolean = () => true,
): (A & WithRows)[] {
  return accounts.flatMap((account) => {
    const outcome = known.get(account.ref);
    const rows = outcome?.ok === true ? outcome.user.rows.filter(wanted) : [];
    return rows.length === 0 ? [] : [{ ...account, rows }];
  });
}

function rowsOf(items: readonly WithRows[]): Row[] {
  return items.flatMap(({ rows }) => rows);
}

/** What a cut switched off; where none is noted, all of it. */
function toSwitchOn<A extends WithRows & Partial<Issued>>(item: A): A {
  const noted = item.rows.filter(({ cut }) => cut);
  return { ...item, rows: noted.length > 0 ? noted : item.rows };
}
