import type { IncidentRecord } from './incident.ts';
import type { SecretRecord, Stage } from './secret.ts';
import type { SecretRef } from './secret-ref.ts';
import type { Fate, VersionRecord } from './version.ts';

/** One target's cut, written before the target is touched: what was off before stays off, and a dead worker's session is ended by name. */
export interface CutRecord {
  readonly v: 1;
  readonly incident: string;
  readonly target: string;
  readonly holder: string;
  /** `started`: begun, or not seen whole: it is tried again. */
  readonly state: 'started' | 'observed';
  /** Off before Rekey came. */
  readonly wasOff: readonly SecretRef[];
  /** Were on, and are to be on again after a `restore`, whether or not they were seen off. */
  readonly cut: readonly SecretRef[];
  readonly atMs: number;
}

const BEFORE_INSTALL: ReadonlySet<Stage> = new Set(['claimed', 'intended', 'pending']);

/** Whether the account still has the credential that is to be cut. Not once a re-issue may have replaced it: the new one stays on. */
export function isCuttable(
  { id, epoch }: Pick<IncidentRecord, 'id' | 'epoch'>,
  secret: SecretRecord,
): boolean {
  const { rotation } = secret;
  if (secret.epoch >= epoch || (rotation !== undefined && rotation.epoch > epoch)) return false;
  return rotation?.operation !== id || BEFORE_INSTALL.has(rotation.stage);
}

/** The secret with the mark of a cut whose end nobody saw: the record alone tells what to switch on again. */
export function markedBy(cut: CutRecord | undefined, secret: SecretRecord): SecretRecord {
  const wasOff = cut?.wasOff.includes(secret.ref) === true;
  if (cut === undefined || secret.cut !== undefined || !(wasOff || cut.cut.includes(secret.ref)))
    return secret;
  return { ...secret, cut: { operation: cut.incident, wasOff, atMs: cut.atMs } };
}

interface Kept {
  readonly secret: SecretRecord;
  readonly versions: readonly VersionRecord[];
}

/**
 * A secret marked with how a cut found it and taken over from whoever holds it. `seen`: it was seen off, so that what was live
 * or in grace is `cut` now.
 */
export function withCut(
  { secret, versions }: Kept,
  cut: NonNullable<SecretRecord['cut']>,
  seen: boolean,
): Kept {
  const off = (fate: Fate) => seen && (fate === 'live' || fate === 'grace');
  return {
    secret: { ...secret, fencing: secret.fencing + 1, cut },
    versions: versions.map((version) => (off(version.fate) ? { ...version, fate: 'cut' } : version)),
  };
}

/** A secret whose cut was undone at its target: what readers get is live again, any other grace. */
export function withoutCut({ secret, versions }: Kept): Kept {
  const { cut: _cut, ...rest } = secret;
  return {
    secret: rest,
    versions: versions.map((version): VersionRecord => {
      if (version.fate !== 'cut') return version;
      return { ...version, fate: version.id === secret.currentVersionId ? 'live' : 'grace' };
    }),
  };
}
