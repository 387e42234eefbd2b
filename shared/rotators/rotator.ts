import type { z } from 'zod';
import type { PasswordPolicy } from '../domain/password.ts';
import type { TargetRecord } from '../domain/target.ts';
import type { Random } from '../ports/clock.ts';

/** One account at the target, and how the target itself knows it (unchanged by a rename), once seen. */
export interface Account {
  readonly ref: string;
  readonly account: Readonly<Record<string, string>>;
  readonly identity?: string;
  /** Of credentials that an issuer made: those that may still open something, oldest first. */
  readonly handles?: readonly string[];
}

/** What one verb came to for one account. `reason` is one of the kind's documented codes; `message` holds no value. */
export type Outcome<Success extends object = object> =
  | ({ readonly ok: true } & Success)
  | { readonly ok: false; readonly reason: OutcomeReason; readonly message: string };

export type OutcomeReason =
  /** The account is not there. */
  | 'account-missing'
  /** It is there under another name: `message` says which. */
  | 'account-renamed'
  /** The target refused the change for a reason that trying again does not change. */
  | 'refused'
  /** The new credential is refused by the target. */
  | 'new-refused'
  /** An old credential is still accepted. */
  | 'old-accepted'
  /** Seen, and it says nothing about the credential (see the kind's table of proofs). */
  | 'no-proof'
  /** Nobody holds the value, and the target does not show that it is gone. */
  | 'value-unknown'
  /** Sessions from before had to be ended: verify again. */
  | 'sessions-found'
  /** A lock, a limit or a moment's trouble: the same call may succeed. */
  | 'busy'
  /** It may or may not have been done: look before trying again. */
  | 'outcome-unknown'
  /** The target refused the admin's credential, in the middle of things. */
  | 'admin-refused'
  /** The target does not answer. */
  | 'target-unavailable';

/**
 * How a target holds the credentials of one account. `replace`: one at a time, `install` takes the old one's place.
 * `beside`: a new one works beside the old one until `revoke`. `alternate`: two users of one owner in turn, each with a
 * credential of its own; `slot` says whose turn it is. Only `replace` has a gap.
 */
export type Strategy = 'replace' | 'beside' | 'alternate';

/** The credential that is being issued. */
export interface Issued {
  readonly value: string;
  /** `alternate`: which of the account's two users it is for. */
  readonly slot?: 0 | 1;
  /** How the issuer calls a credential that it minted; no secret. */
  readonly handle?: string;
  /** What takes it away again, where the issuer gave something for that: sealed, of no use to who has not the value too. */
  readonly receipt?: string;
}

/** A credential that its issuer is to make. */
export interface Minting extends Account {
  readonly versionId: string;
  readonly again: boolean;
  /** When the first try of it began, in milliseconds since 1970. */
  readonly begunAtMs: number;
  /** What may still open something and readers do not get. */
  readonly superseded: readonly OldCredential[];
  readonly keepOff: boolean;
  /** A cut of Rekey's own is undone by it. */
  readonly turnOn: boolean;
}

export interface Minted extends Omit<Issued, 'slot' | 'handle'> {
  readonly handle: string;
  readonly identity: string;
  readonly mark: string;
  readonly off: boolean;
}

/** An old version to be tried. `value` is null where nobody holds it. */
export interface OldCredential extends Omit<Issued, 'value'> {
  readonly versionId: string;
  readonly value: string | null;
  /** Somebody put it by hand: it bears no label. */
  readonly byHand?: true;
  /** When it was begun, in milliseconds since 1970, as far as that is known. */
  readonly begunAtMs?: number;
}

/** For whom a credential is made, and what the target takes. */
export interface Wish extends Pick<Account, 'account'>, Pick<Issued, 'slot'> {
  readonly passwords?: PasswordPolicy;
}

/** `urgent`: what the new credential does not need in order to work, and the old one to die, holds nothing up. */
export interface Urgency {
  readonly urgent?: boolean;
}

export interface CutReport {
  readonly ref: string;
  readonly outcome: Outcome<{
    /** Off before the cut. */
    readonly wasOff: boolean;
    /** The name under which it was cut, where that is not the account's own any more. */
    readonly calledNow?: string;
  }>;
}

/** The fixed verbs, in bulk, over one connection to one target. Each verb is idempotent; outcomes keep the order of the accounts. */
export interface TargetSession {
  /**
   * Ends what older writers (`application_name`s in full) still have open at the target and returns once it was seen
   * gone. Throws `TargetUnavailable` where that cannot be seen.
   */
  endWriters(names: readonly string[]): Promise<void>;
  /** How the target knows each account, whatever it is called now, and whether it may log in. */
  inspect(
    accounts: readonly Account[],
  ): Promise<Outcome<{ readonly identity: string; readonly off: boolean }>[]>;
  /**
   * Off, by the target's word, sessions ended and seen gone, one of them tried for real when `sample` has a value that
   * was valid. Nothing is lost: undone by `install` (with the new credential) or `restore`. In few transactions. What was
   * renamed is cut under the name it has now, where its identity is known: the credential lives on there.
   * `sampleRefused`: null where none was tried, or nothing follows from the answer.
   */
  cut(
    accounts: readonly Account[],
    sample: { readonly ref: string; readonly value: string } | null,
  ): Promise<{ readonly reports: readonly CutReport[]; readonly sampleRefused: boolean | null }>;
  /** Undoes a cut that was not re-issued, whatever the accounts are called now. One that was off before the cut is not in `accounts`. */
  restore(accounts: readonly Account[]): Promise<Outcome[]>;
  /**
   * Of a kind whose issuer makes the credentials, and then instead of `install`: has a new one made, beside the old ones,
   * under a label that names the version. `again`: an earlier try of it may have been done, its answer lost; what bears that
   * label is taken away first, never anything else. Where the issuer takes no label, that is what is nobody's, was made since
   * the try began and was never used. Where it has no room for one more, one of `superseded` goes, once it was seen refused.
   * `keepOff`: it was off before Rekey came, so the new one is off too; so it is where the target shows that and nothing says
   * `turnOn`. `mark` goes to the later verbs. `outcome-unknown`: it may have been done. `value-unknown`: the earlier try may have been
   * done, and the kind cannot look; nothing was asked for. Any other failure: nothing was made.
   */
  mint?(items: readonly Minting[]): Promise<Outcome<Minted>[]>;
  /**
   * Sets the new credential, and switches on again what a cut switched off (`turnOn`); what would come back with that is
   * taken away by the same change. `mark` goes to the later verbs. `off`: it is off now, because it was before Rekey came.
   */
  install(
    items: readonly (Account & Issued & Urgency & { readonly turnOn: boolean })[],
  ): Promise<Outcome<{ readonly identity: string; readonly mark: string; readonly off: boolean }>[]>;
  /** Ends the sessions that began before `mark` with a superseded credential and sees them gone: the first look. */
  endSessions(
    items: readonly (Account & { readonly mark: string })[],
  ): Promise<Outcome<{ readonly ended: number }>[]>;
  /** Logs in with the new credential by the route that consumers use. `expectOff`: it was off before Rekey came. */
  verify(
    items: readonly (Account & Issued & Urgency & { readonly expectOff: boolean })[],
  ): Promise<Outcome[]>;
  /**
   * Takes every credential but the issued one away where `install` did not do so itself, also one that nobody knows of, and
   * ends the sessions that they opened: the first look. Already gone is success.
   */
  revoke(
    items: readonly (Account & Issued & { readonly mark: string; readonly old: readonly OldCredential[] })[],
  ): Promise<Outcome[]>;
  /**
   * Tries each old credential and takes the second look at the sessions. One outcome per old credential;
   * `evidence` says what was seen. A refusal says something only where the issued one is in force by the same route: seen in
   * this session, by `verify` or by the proof itself. Several reasons for one account: `sessions-found` on all of them.
   */
  prove(
    items: readonly (Account &
      Issued & {
        readonly mark: string;
        readonly expectOff: boolean;
        readonly old: readonly OldCredential[];
      })[],
  ): Promise<{ readonly versionId: string; readonly outcome: Outcome<{ readonly evidence: string }> }[][]>;
  /**
   * Whether somebody who is not Rekey has a session with the issued credential, where the kind `showsUse` of the account. `use`: what
   * was seen, in words; null: nothing.
   */
  inUse?(
    items: readonly (Account & Pick<Issued, 'slot'>)[],
  ): Promise<Outcome<{ readonly use: string | null }>[]>;
  /** What of the target itself will keep an old credential from being proven dead. Changes nothing. */
  doubts?(): Promise<readonly string[]>;
  /** For how long from now the target has asked to be left alone; left out where targets of the kind never do. */
  restMs?(): number;
  close(): Promise<void>;
}

export interface OpenRequest {
  readonly target: TargetRecord;
  readonly admin: { readonly user: string; readonly password: string };
  /** What the target shows of who writes (`application_name`): `rekey/<operation>/<holder>`, at most 63 bytes. */
  readonly writer: string;
  /** Every statement and login ends by then. */
  readonly signal: AbortSignal;
}

/** Knows one kind of credential. Shared by all secrets of the kind; holds no state and no value. */
export interface Rotator {
  readonly kind: string;
  /** Schema of a target's `connection` and of a secret's `account` in `rekey.yaml`; unknown keys are refused. */
  readonly connection: z.ZodType;
  readonly account: z.ZodType;
  /** Schema of an account where its target's `connection` decides what it has to say; null where that cannot be read. */
  readonly accountAt?: (connection: unknown) => z.ZodType | null;
  /** How the target holds an account's credentials. Pure: what `rekey.yaml` says of the account, and of the target, decides. */
  strategy(account: Account['account'], connection?: TargetRecord['connection']): Strategy;
  /** Whether the target shows which version of the account's logs in. Left out: of none. Pure. */
  readonly showsUse?: (account: Account['account']) => boolean;
  /** How long a consumer may find neither credential working where the strategy is `replace`, in the documentation's words. */
  readonly gap: string;
  /** A new credential as the store keeps it; null where the issuer makes it (`mint`). Pure but for `random`. */
  readonly issue: ((random: Random, wish: Wish) => string) | null;
  /**
   * Whether a value that people hold can be the account's, of which of its users, and how its issuer calls it. Left out: any
   * can. Pure; the words of a refusal hold nothing of the value.
   */
  takes?(
    account: Account['account'],
    value: string,
  ): Pick<Issued, 'slot' | 'handle'> | { readonly refused: string };
  /** Throws `TargetUnavailable` (dead, hanging: within 1 s), `Denied` `admin-refused` (wrong admin credential). */
  open(request: OpenRequest): Promise<TargetSession>;
}
