import { randomBytes } from 'node:crypto';
import { RekeyError } from '../../domain/errors.ts';
import { inParallel } from '../../in-parallel.ts';
import { type Failure, failure, targetUnavailable } from '../failure.ts';
import type { Account, Issued, OpenRequest, Outcome, TargetSession } from '../rotator.ts';
import type { AdminConnection } from './admin-connection.ts';
import type { RedisConnection } from './connection.ts';
import { doubtsAbout } from './doubts.ts';
import { isCutShown, judgeNew } from './login-meaning.ts';
import { type LoginAnswer, seeAlive, tryLogin } from './login-probe.ts';
import { openError } from './open-error.ts';
import { otherNodes } from './other-nodes.ts';
import { proveOne } from './proving.ts';
import { refused } from './refusal.ts';
import { type Command, Refusal } from './resp.ts';
import { saveUsers } from './saving.ts';
import { endSessionsBefore, endWritersNamed, markNow } from './sessions.ts';
import { digestOf, type User } from './user.ts';
import { lookAt } from './users.ts';

type Installing = Account & Issued & { readonly turnOn: boolean };

/** The verbs of `redis` over one admin connection. `connect` opens another where the first was lost. */
export async function createTargetSession(
  request: OpenRequest,
  connection: RedisConnection,
  connect: () => Promise<AdminConnection>,
): Promise<TargetSession> {
  const { target, writer, signal } = request;
  let admin = await connect();
  const logins = Math.max(1, target.maxConnections - 1);

  async function look(accounts: readonly Account[]): Promise<Outcome<{ user: User }>[]> {
    const known = await lookAt(admin, accounts.map(userName));
    return accounts.map((account) => {
      const name = userName(account);
      return known.get(name) ?? failure('account-missing', `there is no user ${name}`);
    });
  }

  /** `ACL SETUSER` makes a user who is not there: only for those who were seen. Null: done. */
  async function setUsers<A extends Account>(
    items: readonly A[],
    rules: (item: A) => Command,
  ): Promise<(Failure | null)[]> {
    const replies = await admin.ask(items.map((item) => ['ACL', 'SETUSER', userName(item), ...rules(item)]));
    return replies.map((reply) => (reply instanceof Refusal ? refused(reply, 'ACL SETUSER') : null));
  }

  /** By account, for those who are there and of whom `wanted` is true; the others keep what the look said. */
  async function setSeen<A extends Account>(
    items: readonly A[],
    seen: readonly Outcome<{ user: User }>[],
    rules: (item: A) => Command,
    wanted: (user: User) => boolean = () => true,
  ): Promise<Map<A, Failure>> {
    const there = items.filter((_, index) => {
      const outcome = seen[index];
      return outcome?.ok === true && wanted(outcome.user);
    });
    const done = await setUsers(there, rules);
    return new Map(
      there.flatMap((item, index) => {
        const failed = done[index];
        return failed === null || failed === undefined ? [] : [[item, failed] as const];
      }),
    );
  }

  /** One that met nobody asks whether the target is there at all: throws where it is not. */
  async function login(account: Account, password: string): Promise<LoginAnswer> {
    const answer = await tryLogin(connection, { user: userName(account), password }, signal);
    if (answer.saw === 'unreachable' && !signal.aborted) {
      await seeAlive(connection, signal).catch((error: unknown) => {
        throw openError(target.id, error);
      });
    }
    return answer;
  }

  async function endTheirs(accounts: readonly Account[]): Promise<boolean> {
    if (accounts.length === 0) return true;
    const mark = await markNow(admin);
    const { gone } = await endSessionsBefore(
      admin,
      accounts.map((account) => ({ user: userName(account), mark })),
    );
    return gone;
  }

  /** The answer was lost: what this session had under way is ended, then the server is asked what it has. */
  async function lookAfterLoss(items: readonly Installing[]): Promise<Map<Account, Failure>> {
    admin.close();
    admin = await connect();
    if (!(await endWritersNamed(admin, [writer])))
      throw targetUnavailable(target.id, 'a lost session would not end');
    const seen = await look(items);
    return new Map(
      items.flatMap((item, index) => {
        const outcome = seen[index];
        return outcome?.ok === true && has(outcome.user, item) ? [] : [[item, LOST] as const];
      }),
    );
  }

  const guarded = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      throw error instanceof RekeyError || error instanceof TypeError ? error : openError(target.id, error);
    });

  return {
    endWriters: (names) =>
      guarded(async () => {
        if (!(await endWritersNamed(admin, names)))
          throw targetUnavailable(target.id, 'an older writer would not end');
      }),

    inspect: (accounts) =>
      guarded(async () =>
        (await look(accounts)).map((outcome) =>
          outcome.ok ? { ok: true, identity: outcome.user.name, off: outcome.user.off } : outcome,
        ),
      ),

    cut: (accounts, sample) =>
      guarded(async () => {
        const before = await look(accounts);
        const failures = await setSeen(
          accounts,
          before,
          () => ['off'],
          ({ off }) => !off,
        );
        const gone = await endTheirs(accounts.filter((_, index) => before[index]?.ok === true));
        await saveUsers(admin);
        const after = await look(accounts);
        const at = accounts.findIndex(({ ref }) => ref === sample?.ref);
        const [sampled, was] = [accounts[at], before[at]];
        const sampleRefused =
          sample === null || sampled === undefined || was?.ok !== true
            ? null
            : isCutShown(
                await login(sampled, sample.value),
                was.user.digests.includes(digestOf(sample.value)),
              );
        return {
          sampleRefused,
          reports: accounts.map((account, index) => {
            const [was, is] = [before[index], after[index]];
            const failed = failures.get(account);
            const outcome = ((): Outcome<{ wasOff: boolean }> => {
              if (failed !== undefined) return failed;
              if (was?.ok !== true) return was ?? NOT_LOOKED;
              if (is?.ok !== true) return is ?? NOT_LOOKED;
              if (!is.user.off) return failure('refused', 'the server says it is still on');
              if (!gone) return failure('busy', 'connections from before are still there');
              return { ok: true, wasOff: was.user.off };
            })();
            return { ref: account.ref, outcome };
          }),
        };
      }),

    restore: (accounts) =>
      guarded(async () => {
        const before = await look(accounts);
        const failures = await setSeen(accounts, before, () => ['on']);
        await saveUsers(admin);
        const after = await look(accounts);
        return accounts.map((account, index) => {
          const is = after[index];
          const failed = failures.get(account) ?? (is?.ok === true ? undefined : (is ?? NOT_LOOKED));
          if (failed !== undefined) return failed;
          return is?.ok === true && is.user.off
            ? failure('refused', 'the server says it is still off')
            : { ok: true };
        });
      }),

    install: (items) =>
      guarded(async () => {
        const known = await look(items);
        const takesPassword = ({ nopass }: User) => !nopass;
        const failures = await setSeen(
          items,
          known,
          ({ value, turnOn }) => {
            const digest = `#${digestOf(value)}`;
            // Switched on with the old one still there, it would be open to whoever it was cut off from.
            return turnOn ? ['resetpass', digest, 'on'] : [digest];
          },
          takesPassword,
        ).catch(() => lookAfterLoss(items));
        await saveUsers(admin);
        const mark = await markNow(admin);
        return items.map((item, index) => {
          const outcome = known[index];
          if (outcome?.ok !== true) return outcome ?? NOT_LOOKED;
          const { name, off, nopass } = outcome.user;
          if (nopass)
            return failure(
              'refused',
              `user ${name} takes any password (nopass): giving it one would shut out whoever has none`,
            );
          return failures.get(item) ?? { ok: true, identity: name, mark, off: off && !item.turnOn };
        });
      }),

    endSessions: (items) =>
      guarded(async () => {
        const { ended, gone } = await endSessionsBefore(
          admin,
          items.map((item) => ({ user: userName(item), mark: item.mark })),
        );
        return items.map((item) =>
          gone
            ? { ok: true, ended: ended.get(userName(item)) ?? 0 }
            : failure('busy', 'connections from before would not end'),
        );
      }),

    verify: (items) =>
      guarded(async () => {
        const answers = await inParallel(items, logins, (item) => login(item, item.value));
        const users = await look(items);
        return items.map((item, index) =>
          judgeNew(
            answers[index] ?? { saw: 'unreachable', why: 'not tried' },
            item.value,
            item.expectOff,
            users[index] ?? NOT_LOOKED,
          ),
        );
      }),

    revoke: (items) =>
      guarded(async () => {
        const known = await look(items);
        const failures = await setSeen(items, known, ({ value }) => ['resetpass', `#${digestOf(value)}`]);
        const gone = await endTheirs(
          items.filter(({ mark }, index) => mark !== '' && known[index]?.ok === true),
        );
        await saveUsers(admin);
        return items.map((item, index) => {
          const outcome = known[index] ?? NOT_LOOKED;
          if (!outcome.ok && outcome.reason !== 'account-missing') return outcome;
          const failed = failures.get(item);
          if (failed !== undefined) return failed;
          return gone ? { ok: true } : failure('busy', 'connections from before would not end');
        });
      }),

    prove: (items) =>
      guarded(async () => {
        const tries = items.flatMap((item, index) => item.old.map((old) => ({ item, index, old })));
        const answers = await inParallel(tries, logins, ({ item, old }) =>
          // Where nobody holds the value, one that was never issued shows whether the user takes any.
          login(item, old.value ?? randomBytes(24).toString('base64url')),
        );
        // What is seen after is no newer than what was saved but by somebody else's hand.
        const unsaved = await saveUsers(admin);
        const others = await otherNodes(admin);
        const elsewhere =
          others === null
            ? null
            : failure('no-proof', `refused here, and nothing is known of the other nodes: ${others}`);
        const users = await look(items);
        const { ended, gone } = await endSessionsBefore(
          admin,
          items.map((item) => ({ user: userName(item), mark: item.mark })),
        );
        const results: { versionId: string; outcome: Outcome<{ evidence: string }> }[][] = items.map(
          () => [],
        );
        for (const [at, { item, index, old }] of tries.entries()) {
          const outcome = await proveOne(admin, item, old, {
            answer: answers[at] ?? { saw: 'unreachable', why: 'not tried' },
            user: users[index] ?? NOT_LOOKED,
            ended: ended.get(userName(item)) ?? 0,
            gone,
            unsaved,
            elsewhere,
          });
          results[index]?.push({ versionId: old.versionId, outcome });
        }
        return results;
      }),

    doubts: () => guarded(() => doubtsAbout(admin)),

    close: async () => admin.close(),
  };
}

/** Whether an install was done: what is switched on by it has no other password. */
function has({ digests, off }: User, { value, turnOn }: Installing): boolean {
  return digests.includes(digestOf(value)) && !(turnOn && (off || digests.length > 1));
}

const NOT_LOOKED = failure('busy', 'the user was not looked at');
const LOST = failure(
  'outcome-unknown',
  'the connection was lost before the answer; the server does not show the new password',
);

function userName({ account }: Account): string {
  return account['user'] ?? '';
}
