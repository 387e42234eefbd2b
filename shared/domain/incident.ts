import type { Cause } from './cause.ts';
import type { Scope } from './class.ts';
import type { Person } from './person.ts';
import type { SecretRef } from './secret-ref.ts';
import type { Fate } from './version.ts';

/** `open`: containing and re-issuing. `awaiting-reopen`: fenced, waits for people. `sealed`: packet signed. */
export type IncidentState = 'open' | 'awaiting-reopen' | 'sealed' | 'restored';

export type Layer = 'resolver' | 'key' | 'target';

/** Containment of one layer (of one target) as seen. Never on the strength of a request. */
export interface LayerReport {
  readonly layer: Layer;
  readonly target?: string;
  readonly state: 'observed' | 'not-yet-observed' | 'not-enforceable';
  readonly atMs?: number;
  /** What was seen, or why it cannot be. */
  readonly detail: string;
}

/** The exact, frozen list of what a break-glass will do. Its SHA-256 over canonical JSON is what people confirm. */
export interface Plan {
  readonly v: 1;
  readonly scope: Scope;
  readonly cause: Cause;
  readonly fence: boolean;
  readonly cut: boolean;
  readonly fromEpoch: number;
  readonly sinceMs?: number;
  readonly principal?: string;
  /** Each secret with the version it has now, sorted by reference. */
  readonly secrets: readonly {
    readonly ref: SecretRef;
    /** Empty where no target accepts it: only people can replace it. */
    readonly target: string;
    readonly versionId?: string;
  }[];
  readonly consumers: readonly string[];
  /** Targets whose first admin credential could have been read, or is itself replaced: last, through another admin. */
  readonly exposedAdmins: readonly {
    readonly target: string;
    readonly admin: string;
    readonly through?: string;
  }[];
}

export interface Signature {
  readonly person: string;
  /** Armoured SSH signature (`-----BEGIN SSH SIGNATURE-----`). */
  readonly armored: string;
  readonly atMs: number;
  /** The expiry inside what was signed. */
  readonly expiresAtMs: number;
}

/** One break-glass. */
export interface IncidentRecord {
  readonly v: 1;
  readonly id: string;
  /** Raised by each save; a save of an older one is refused. */
  readonly revision: number;
  readonly state: IncidentState;
  readonly plan: Plan;
  readonly planHash: string;
  /** The epoch it started: versions issued by it carry this one. */
  readonly epoch: number;
  readonly startedBy: string;
  /** When the responder confirmed the plan. All durations count from here. */
  readonly confirmedAtMs: number;
  readonly deadlineAtMs: number;
  /** When a sweep last looked at it, by whose clock the deadline stands. Before the first: `confirmedAtMs`. */
  readonly lookedAtMs?: number;
  /** People as applied before the incident: nobody else can re-open or restore it. */
  readonly people: readonly Person[];
  readonly layers: readonly LayerReport[];
  /** When the last reachable target had every credential of the scope off, its sessions gone and a sample refused. */
  readonly cutAtMs?: number;
  readonly containedAtMs?: number;
  readonly reissuedAtMs?: number;
  readonly provenAtMs?: number;
  readonly reopenedAtMs?: number;
  readonly sealedAtMs?: number;
  readonly signatures: readonly Signature[];
  /** What the running workflow waits on; never leaves the registry. */
  readonly reopenToken?: string;
  /** Keys that a seal is destroying: written down before, so that whoever carries on does the rest and tells of it. */
  readonly destroying?: readonly string[];
  /** What the newest packet counts of reads, by which later ones are told: of before `untilMs`, since `sinceMs`. */
  readonly audited?: { readonly sinceMs: number; readonly untilMs: number; readonly reads: number };
  /** Packets written: each resume that changed something seals a further one. */
  readonly packets: number;
  readonly counts?: Readonly<Partial<Record<Fate, number>>>;
}
