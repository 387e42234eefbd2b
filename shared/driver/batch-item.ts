import type { AuditAction, AuditEntry, AuditOutcome } from '../domain/audit/entry.ts';
import type { Delivery } from '../domain/delivery.ts';
import { issuedOf, oldOf, type Rotating } from '../domain/rotating.ts';
import type { VersionRecord } from '../domain/version.ts';
import type { Account, Issued } from '../rotators/rotator.ts';
import { accountOf } from './account-of.ts';
import { type Acting, stepEntry } from './entries.ts';

/** One secret in a worker's hands: its record, the claim's token, and the values it has read, which die with the worker. */
export class BatchItem {
  rotating: Rotating;
  readonly token: number;
  /** The target may know its new value: no brake holds it back. */
  begun: boolean;
  /** Its rotation began in these hands: nobody can have stored a value under its version's name before. */
  readonly begunHere: boolean;
  /** The intent of asking its issuer was recorded in these hands, and it has not been asked since: no try of it can have been done. */
  unasked = false;
  /** What began its rotation: that one's entries. */
  readonly operation: string | undefined;
  /** Taken over by somebody else: nothing more is done with it here. */
  lost = false;
  /** Of steps that are committed together with a later one. */
  #untold: { entries: AuditEntry[]; deliveries: Delivery[] } = { entries: [], deliveries: [] };
  #place = 0;
  /** Of the version under way, which an undo makes another. */
  #values: { readonly versionId: string; issued?: string; old?: ReadonlyMap<string, string | null> } = {
    versionId: '',
  };
  /** As the registry has them. */
  #committed: ReadonlySet<VersionRecord>;

  constructor(
    rotating: Rotating,
    token: number,
    committed: readonly VersionRecord[],
    { begunHere, begun }: { readonly begunHere: boolean; readonly begun: boolean },
  ) {
    this.rotating = rotating;
    this.token = token;
    this.begunHere = begunHere;
    this.begun = begun;
    this.operation = rotating.secret.rotation?.operation;
    this.#committed = new Set(committed);
  }

  /** Versions that differ from what the registry has: a commit is paid by what it writes. */
  uncommitted({ versions }: Rotating): VersionRecord[] {
    return versions.filter((version) => !this.#committed.has(version));
  }

  /** The step is done, and stands in the registry no sooner than the next one that is committed. */
  defer({ entries, deliveries }: Taken): void {
    this.#untold.entries.push(...entries);
    this.#untold.deliveries.push(...deliveries);
  }

  /** What is to be told of the steps before. */
  get untold(): Pick<Taken, 'entries' | 'deliveries'> {
    return this.#untold;
  }

  committed({ versions }: Rotating): void {
    this.#committed = new Set(versions);
    this.#untold = { entries: [], deliveries: [] };
  }

  get ref(): Rotating['secret']['ref'] {
    return this.rotating.secret.ref;
  }

  /** The issued value, held no longer than the batch. */
  get value(): string | undefined {
    return this.#held().issued;
  }

  set value(value: string | undefined) {
    if (value !== undefined) this.#held().issued = value;
  }

  /** Old values by version; null where nobody holds one. */
  get old(): ReadonlyMap<string, string | null> | undefined {
    return this.#held().old;
  }

  set old(old: ReadonlyMap<string, string | null> | undefined) {
    if (old !== undefined) this.#held().old = old;
  }

  #held(): { issued?: string; old?: ReadonlyMap<string, string | null> } {
    if (this.#values.versionId !== this.issuedId) this.#values = { versionId: this.issuedId };
    return this.#values;
  }

  get account(): Account {
    return accountOf(this.rotating.secret);
  }

  /** Empty where nobody can have opened a session with what is superseded: none is ended then. */
  get mark(): string {
    const { rotation } = this.rotating.secret;
    const neverUsed =
      rotation?.undo !== undefined &&
      oldOf(this.rotating).every(({ promotedAtMs }) => promotedAtMs === undefined);
    return neverUsed ? '' : (rotation?.mark ?? '');
  }

  get issued(): Issued {
    return { value: this.value ?? '', ...namesOf(issuedOf(this.rotating) ?? {}) };
  }

  get issuedId(): string {
    return issuedOf(this.rotating)?.id ?? '';
  }

  entry(
    acting: Acting,
    step: { action: AuditAction; outcome: AuditOutcome; atMs: number; versionId?: string; reason?: string },
  ): AuditEntry {
    this.#place += 1;
    const { operation = acting.operation } = this;
    return stepEntry({ ...acting, operation }, this.rotating, {
      ...step,
      token: this.token,
      place: this.#place,
    });
  }
}

/** How target and issuer tell a version from the account's others. */
export function namesOf({ slot, handle, receipt }: Partial<VersionRecord>): Omit<Issued, 'value'> {
  return {
    ...(slot === undefined ? {} : { slot }),
    ...(handle === undefined ? {} : { handle }),
    ...(receipt === undefined ? {} : { receipt }),
  };
}

/** A step's result, to be committed together with what tells of it. */
export interface Taken {
  readonly item: BatchItem;
  readonly next: Rotating;
  readonly entries: readonly AuditEntry[];
  readonly deliveries: readonly Delivery[];
}
