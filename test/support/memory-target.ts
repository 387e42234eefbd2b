import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import type {
  Account,
  OpenRequest,
  Outcome,
  Rotator,
  Strategy,
  TargetSession,
} from '../../shared/rotators/rotator.ts';

interface Role {
  identity: string;
  password: string;
  /** Where a new one works beside them: those from before. */
  besides: string[];
  off: boolean;
  /** Open sessions by when they began, in the target's own ticks. */
  sessions: number[];
}

/** What goes wrong, or what else happens, right when a verb is called. `after`: it was done, the answer is lost. */
export type Fault = (verb: string, phase: 'before' | 'after') => void | Promise<void>;

/**
 * A target in memory, of a kind with one password an account or (`beside`) several, bound by the rotator's contract suite. Its effects are
 * written down in order; a fault can be injected before and after each.
 */
export class MemoryTarget {
  readonly roles = new Map<string, Role>();
  readonly effects: string[] = [];
  readonly writers: string[] = [];
  readonly ended: string[] = [];
  fault: Fault = () => undefined;
  dead = false;
  /** Roles that somebody else holds: a change of theirs fails as `busy`. */
  readonly held = new Set<string>();
  /** Roles whose new credential somebody uses, by the target's word. */
  readonly inUse = new Set<string>();
  /** Lets in whoever has the password, whatever was switched off. */
  ignoresSwitch = false;
  ticks = 0;
  adminPassword = 'admin';
  strategy: Exclude<Strategy, 'alternate'> = 'replace';
  /** Why it takes no new password. */
  refuses: string | undefined;
  #identities = 0;

  addRole(name: string, password: string, { off = false } = {}): void {
    this.#identities += 1;
    this.roles.set(name, { identity: `id-${this.#identities}`, password, besides: [], off, sessions: [] });
  }

  /** A login as a consumer or a thief would do it; a session is left open. */
  login(name: string, password: string): 'accepted' | 'refused' | 'off' {
    const role = this.roles.get(name);
    if (role === undefined || ![role.password, ...role.besides].includes(password)) return 'refused';
    if (role.off && !this.ignoresSwitch) return 'off';
    role.sessions.push(this.ticks++);
    return 'accepted';
  }

  rename(from: string, to: string): void {
    const role = this.roles.get(from);
    if (role === undefined) throw new Error(`no role ${from}`);
    this.roles.delete(from);
    this.roles.set(to, role);
  }

  /** The account's role, by its identity where that is known: under whatever name it goes now. */
  #find({ account, identity }: Account): { name: string; role: Role } | undefined {
    const name = account['role'] ?? '';
    const known = [...this.roles].find(([, role]) => role.identity === identity);
    const role = this.roles.get(name);
    if (known !== undefined) return { name: known[0], role: known[1] };
    return role === undefined ? undefined : { name, role };
  }

  rotator(kind = 'memory'): Rotator {
    return {
      kind,
      connection: z.strictObject({}),
      account: z.strictObject({ role: z.string() }),
      strategy: () => this.strategy,
      gap: 'between install and promote',
      issue: (random) => Buffer.from(random.bytes(18)).toString('base64url'),
      open: async (request) => this.#open(request),
    };
  }

  async #open(request: OpenRequest): Promise<TargetSession> {
    if (this.dead) throw unavailable(request.target.id);
    if (request.admin.password !== this.adminPassword) {
      throw new RekeyError({
        code: 'admin-refused',
        family: 'Denied',
        message: `${request.target.id} refused its admin credential`,
      });
    }
    this.writers.push(request.writer);
    const verb = async <T>(name: string, refs: readonly { ref: string }[], work: () => T): Promise<T> => {
      if (this.dead) throw unavailable(request.target.id);
      await this.fault(name, 'before');
      for (const { ref } of refs) this.effects.push(`${name} ${ref}`);
      const result = work();
      await this.fault(name, 'after');
      return result;
    };
    const each = <A extends Account, S extends object>(
      accounts: readonly A[],
      act: (account: A, role: Role, name: string) => Outcome<S>,
      renamed: 'follow' | 'refuse' = 'refuse',
    ): Outcome<S>[] =>
      accounts.map((account) => {
        const found = this.#find(account);
        if (found === undefined) return { ok: false, reason: 'account-missing', message: 'no such account' };
        if (found.name !== account.account['role'] && renamed === 'refuse')
          return { ok: false, reason: 'account-renamed', message: `it is called ${found.name} now` };
        if (account.identity !== undefined && account.identity !== found.role.identity)
          return { ok: false, reason: 'refused', message: 'it was dropped and made anew' };
        return act(account, found.role, found.name);
      });
    const busy = { ok: false, reason: 'busy', message: 'somebody else holds it' } as const;
    const since = (role: Role, mark: string) => role.sessions.filter((began) => began < Number(mark));
    return {
      endWriters: async (names) => {
        this.ended.push(...names);
      },
      inspect: (accounts) =>
        verb('inspect', accounts, () =>
          each(
            accounts,
            (_account, role) => ({ ok: true, identity: role.identity, off: role.off }),
            'follow',
          ),
        ),
      cut: (accounts, sample) =>
        verb('cut', accounts, () => {
          const outcomes = each<Account, { wasOff: boolean; calledNow?: string }>(
            accounts,
            ({ account }, role, name) => {
              if (this.held.has(name)) return busy;
              const wasOff = role.off;
              role.off = true;
              role.sessions = [];
              return { ok: true, wasOff, ...(name === account['role'] ? {} : { calledNow: name }) };
            },
            'follow',
          );
          const sampled = accounts.find((account) => account.ref === sample?.ref);
          const answer =
            sample === null || sampled === undefined
              ? 'refused'
              : this.login(this.#find(sampled)?.name ?? '', sample.value);
          return {
            reports: accounts.map((account, index) => ({
              ref: account.ref,
              outcome: outcomes[index] ?? { ok: false, reason: 'busy' as const, message: 'no answer' },
            })),
            // A password that is wrong is refused whether or not it was cut.
            sampleRefused: answer === 'refused' ? null : answer === 'off',
          };
        }),
      restore: (accounts) =>
        verb('restore', accounts, () =>
          each(
            accounts,
            (_account, role) => {
              role.off = false;
              return { ok: true };
            },
            'follow',
          ),
        ),
      install: (items) =>
        verb('install', items, () =>
          each<(typeof items)[number], { identity: string; mark: string; off: boolean }>(
            items,
            (item, role, name) => {
              if (this.held.has(name)) return busy;
              if (this.refuses !== undefined) return { ok: false, reason: 'refused', message: this.refuses };
              const others = [role.password, ...role.besides].filter((one) => one !== item.value);
              role.besides = this.strategy === 'beside' && !item.turnOn ? others : [];
              role.password = item.value;
              if (item.turnOn) role.off = false;
              return { ok: true, identity: role.identity, mark: String(this.ticks), off: role.off };
            },
          ),
        ),
      endSessions: (items) =>
        verb('endSessions', items, () =>
          each(items, (item, role) => {
            const ended = since(role, item.mark).length;
            role.sessions = role.sessions.filter((began) => began >= Number(item.mark));
            return { ok: true, ended };
          }),
        ),
      verify: (items) =>
        verb('verify', items, () =>
          each(items, (item, role) => {
            const answer = this.login(item.account['role'] ?? '', item.value);
            if (answer === 'accepted') role.sessions.pop();
            return answer === 'accepted' || (answer === 'off' && item.expectOff)
              ? { ok: true }
              : { ok: false, reason: 'new-refused', message: 'the new credential was refused' };
          }),
        ),
      inUse: (items) =>
        verb('inUse', items, () =>
          items.map(({ account }) => ({
            ok: true as const,
            use: this.inUse.has(account['role'] ?? '') ? 'it has 2 sessions' : null,
          })),
        ),
      revoke: (items) =>
        verb('revoke', items, () =>
          each(items, (item, role) => {
            if (this.strategy === 'replace') return { ok: true };
            role.password = item.value;
            role.besides = [];
            if (item.mark !== '') role.sessions = [];
            return { ok: true };
          }),
        ),
      prove: (items) =>
        verb('prove', items, () =>
          items.map((item) => {
            const role = this.roles.get(item.account['role'] ?? '');
            return item.old.map(({ versionId, value }) => ({
              versionId,
              outcome: this.#proveOne(item, role, value),
            }));
          }),
        ),
      close: async () => undefined,
    };
  }

  #proveOne(
    item: Account & { readonly mark: string; readonly value: string },
    role: Role | undefined,
    old: string | null,
  ): Outcome<{ evidence: string }> {
    if (role === undefined && this.#find(item) !== undefined)
      return { ok: false, reason: 'account-renamed', message: 'it goes by another name now' };
    if (role === undefined) {
      return item.identity === undefined
        ? { ok: false, reason: 'account-missing', message: 'no such account, and never seen before' }
        : { ok: true, evidence: 'account gone' };
    }
    if (old === null) return { ok: false, reason: 'value-unknown', message: 'nobody holds the value' };
    const found = role.sessions.filter((began) => began < Number(item.mark));
    role.sessions = role.sessions.filter((began) => began >= Number(item.mark));
    if (found.length > 0)
      return { ok: false, reason: 'sessions-found', message: `${found.length} sessions ended` };
    if ([role.password, ...role.besides].includes(old))
      return { ok: false, reason: 'old-accepted', message: 'the old credential is accepted' };
    if (role.password !== item.value)
      return { ok: false, reason: 'new-refused', message: 'the new one is refused' };
    return { ok: true, evidence: 'refused' };
  }
}

export function unavailable(target: string): RekeyError {
  return new RekeyError({
    code: 'target-unavailable',
    family: 'TargetUnavailable',
    message: `${target} does not answer`,
  });
}
