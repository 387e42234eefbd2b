import type { ClassRecord } from '../../shared/domain/class.ts';
import { type Decision, decideRotations } from '../../shared/domain/schedule/decide-rotations.ts';
import type { Freeze } from '../../shared/domain/schedule/freeze.ts';
import { holdOffMs } from '../../shared/domain/schedule/hold-off.ts';
import type { SecretRecord } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { inFlight } from './rotating.ts';

/** Secrets that rotate as a scheduler decides, on a time of their own: each gets its value as it begins and settles when its grace ends. */
export class RotatingFleet {
  readonly secrets = new Map<SecretRef, SecretRecord>();
  readonly classes: ClassRecord[];
  freezes: readonly Freeze[] = [];
  /** Refs whose rotation fails as it begins. */
  broken: ReadonlySet<SecretRef> = new Set();
  /** Every value that was made, and when. */
  readonly made: { readonly ref: SecretRef; readonly atMs: number }[] = [];
  mostInFlight = 0;
  #settles: { readonly ref: SecretRef; readonly atMs: number }[] = [];
  #next = 0;

  constructor(classes: readonly ClassRecord[], secrets: readonly SecretRecord[]) {
    this.classes = [...classes];
    for (const secret of secrets) this.secrets.set(secret.ref, secret);
  }

  decide(nowMs: number): Decision {
    return decideRotations({
      classes: this.classes,
      secrets: [...this.secrets.values()],
      freezes: this.freezes,
      nowMs,
    });
  }

  /** A look of the scheduler, and what follows of it at once. */
  look(nowMs: number): Decision {
    this.#settle(nowMs);
    const decision = this.decide(nowMs);
    for (const ref of decision.begin) this.#begin(ref, nowMs);
    this.mostInFlight = Math.max(this.mostInFlight, this.#settles.length - this.#next);
    return decision;
  }

  run(fromMs: number, toMs: number, everyMs: number): void {
    for (let nowMs = fromMs; nowMs < toMs; nowMs += everyMs) this.look(nowMs);
  }

  #begin(ref: SecretRef, nowMs: number): void {
    const secret = this.#named(ref);
    if (this.broken.has(ref)) {
      const failures = (secret.routine?.failures ?? 0) + 1;
      const notBeforeMs = nowMs + holdOffMs(failures);
      const message = 'password refused by policy';
      const routine = { failures, atMs: nowMs, notBeforeMs, code: 'target-refused', message };
      this.secrets.set(ref, { ...secret, routine });
      return;
    }
    const { routine: _forgotten, ...rest } = secret;
    this.secrets.set(ref, { ...inFlight(rest, nowMs), valueSinceMs: nowMs });
    this.made.push({ ref, atMs: nowMs });
    const rotation = this.classes.find(({ name }) => name === secret.className)?.policy.rotation;
    this.#settles.push({ ref, atMs: nowMs + (rotation?.graceMs ?? 0) });
  }

  /** In the order in which they began: a fleet’s classes have one grace. */
  #settle(nowMs: number): void {
    for (let due = this.#settles[this.#next]; due !== undefined && due.atMs <= nowMs; ) {
      const { rotation: _done, ...rest } = this.#named(due.ref);
      this.secrets.set(due.ref, rest);
      this.#next += 1;
      due = this.#settles[this.#next];
    }
  }

  #named(ref: SecretRef): SecretRecord {
    const secret = this.secrets.get(ref);
    if (secret === undefined) throw new Error(`no secret ${ref}`);
    return secret;
  }
}
