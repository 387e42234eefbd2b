import * as z from 'zod';
import { RekeyError } from '../../shared/domain/errors.ts';
import type {
  Account,
  Minted,
  Minting,
  OpenRequest,
  Outcome,
  Rotator,
  TargetSession,
} from '../../shared/rotators/rotator.ts';
import { type Fault, unavailable } from './memory-target.ts';

interface Key {
  readonly account: string;
  readonly handle: string;
  readonly value: string;
  /** Of the version; none where somebody made it by hand. */
  readonly label: string | undefined;
  off: boolean;
}

/**
 * An issuer in memory, of a kind whose credentials it makes itself, several beside each other, bound by the contract suite of
 * such kinds. Its effects are written down in order; a fault can be injected before and after each.
 */
export class MemoryIssuer {
  keys: Key[] = [];
  readonly accounts = new Set<string>();
  readonly effects: string[] = [];
  fault: Fault = () => undefined;
  dead = false;
  adminPassword = 'admin';
  /** Whether it lists what it made: without, what a lost answer left cannot be seen. */
  looks = true;
  /** Mints that it does and gives no answer to. */
  answersLost = 0;
  /** Why it makes no new one. */
  refuses: string | undefined;
  /** Refuses new credentials: they have not reached every node. */
  lagging = false;
  #made = 0;

  /** One that was made by hand, before Rekey came or beside it. */
  add(role: string, value: string): string {
    this.accounts.add(role);
    return this.#make(role, value, undefined, false).handle;
  }

  #make(account: string, value: string, label: string | undefined, off: boolean): Key {
    this.#made += 1;
    const key = { account, handle: `key-${this.#made}`, value, label, off };
    this.keys.push(key);
    return key;
  }

  login(role: string, value: string): 'accepted' | 'refused' | 'off' {
    const key = this.keys.find((candidate) => candidate.account === role && candidate.value === value);
    if (key === undefined) return 'refused';
    return key.off ? 'off' : 'accepted';
  }

  rotator(kind = 'issuer'): Rotator {
    return {
      kind,
      connection: z.strictObject({}),
      account: z.strictObject({ role: z.string(), handle: z.string().optional() }),
      strategy: () => 'beside',
      gap: 'none',
      issue: null,
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
    const verb = async <T>(name: string, refs: readonly { ref: string }[], work: () => T): Promise<T> => {
      if (this.dead) throw unavailable(request.target.id);
      await this.fault(name, 'before');
      for (const { ref } of refs) this.effects.push(`${name} ${ref}`);
      const result = work();
      await this.fault(name, 'after');
      return result;
    };
    return {
      endWriters: async () => undefined,
      inspect: (accounts) =>
        verb('inspect', accounts, () =>
          accounts.map((account) => {
            const keys = this.#keysOf(account);
            if (!this.accounts.has(roleOf(account))) return MISSING;
            return {
              ok: true,
              identity: roleOf(account),
              off: keys.length > 0 && keys.every(({ off }) => off),
            };
          }),
        ),
      cut: (accounts, sample) =>
        verb('cut', accounts, () => {
          const sampled = accounts.find(({ ref }) => ref === sample?.ref);
          const was = sampled === undefined ? 'refused' : this.login(roleOf(sampled), sample?.value ?? '');
          const reports = accounts.map((account) => {
            const keys = this.#keysOf(account);
            const wasOff = keys.length > 0 && keys.every(({ off }) => off);
            for (const key of keys) key.off = true;
            return { ref: account.ref, outcome: { ok: true as const, wasOff } };
          });
          return { reports, sampleRefused: was === 'accepted' ? true : null };
        }),
      restore: (accounts) =>
        verb('restore', accounts, () =>
          accounts.map((account) => {
            for (const key of this.#keysOf(account)) key.off = false;
            return { ok: true };
          }),
        ),
      mint: (items) => verb('mint', items, () => items.map((item) => this.#mint(item))),
      install: () => {
        throw new RekeyError({ code: 'minted', family: 'Unrecoverable', message: 'the kind mints' });
      },
      endSessions: (items) => verb('endSessions', items, () => items.map(() => ({ ok: true, ended: 0 }))),
      verify: (items) =>
        verb('verify', items, () =>
          items.map((item) => {
            const answer = this.lagging ? 'refused' : this.login(roleOf(item), item.value);
            return answer === 'accepted' || (answer === 'off' && item.expectOff)
              ? { ok: true }
              : { ok: false, reason: 'new-refused', message: 'the new credential was refused' };
          }),
        ),
      revoke: (items) =>
        verb('revoke', items, () =>
          items.map((item) => {
            const own = new Set(this.#keysOf(item));
            this.keys = this.keys.filter(
              (key) => !own.has(key) || key.handle === (item.handle ?? item.account['handle']),
            );
            return { ok: true };
          }),
        ),
      prove: (items) =>
        verb('prove', items, () =>
          items.map((item) =>
            item.old.map(({ versionId, value, handle }) => ({
              versionId,
              outcome: this.#proveOne(item, versionId, value, handle),
            })),
          ),
        ),
      close: async () => undefined,
    };
  }

  /** What Rekey knows as the account's: by its label, as far as it can look, or by the handle that it was told. */
  #keysOf(account: Account): Key[] {
    const known = new Set([...(account.handles ?? []), account.account['handle']]);
    return this.keys.filter(
      (key) =>
        key.account === roleOf(account) && (known.has(key.handle) || (this.looks && key.label !== undefined)),
    );
  }

  #mint(item: Minting): Outcome<Minted> {
    const role = roleOf(item);
    if (!this.accounts.has(role)) return MISSING;
    if (item.again && !this.looks) {
      return {
        ok: false,
        reason: 'value-unknown',
        message: `one labelled ${item.versionId} may have been made`,
      };
    }
    if (item.again) this.keys = this.keys.filter(({ label }) => label !== item.versionId);
    if (this.refuses !== undefined) return { ok: false, reason: 'refused', message: this.refuses };
    const { value, handle, off } = this.#make(role, `minted-${this.#made}`, item.versionId, item.keepOff);
    if (this.answersLost > 0) {
      this.answersLost -= 1;
      return { ok: false, reason: 'outcome-unknown', message: 'no answer came' };
    }
    return { ok: true, value, handle, identity: role, mark: '', off };
  }

  #proveOne(
    item: Account & { readonly value: string },
    versionId: string,
    old: string | null,
    handle: string | undefined,
  ): Outcome<{ evidence: string }> {
    if (this.login(roleOf(item), item.value) === 'refused')
      return { ok: false, reason: 'new-refused', message: 'the new one is refused' };
    if (old === null) {
      if (!this.looks) return { ok: false, reason: 'value-unknown', message: `one labelled ${versionId}` };
      const there = this.keys.some((key) => key.label === versionId || key.handle === handle);
      return there
        ? { ok: false, reason: 'old-accepted', message: 'it is listed' }
        : { ok: true, evidence: 'not listed' };
    }
    const answer = this.login(roleOf(item), old);
    return answer === 'refused'
      ? { ok: true, evidence: 'refused' }
      : { ok: false, reason: 'old-accepted', message: `the old credential is there (${answer})` };
  }
}

const MISSING = { ok: false, reason: 'account-missing', message: 'no such account' } as const;

function roleOf({ account }: Account): string {
  return account['role'] ?? '';
}
