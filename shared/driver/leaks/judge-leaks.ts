import type { AuditEntry } from '../../domain/audit/entry.ts';
import { sha256Hex } from '../../domain/canonical.ts';
import { type LeakDetail, type LeakResult, resultOf } from '../../domain/leaks/leak.ts';
import type { SecretRecord } from '../../domain/secret.ts';
import type { SecretRef } from '../../domain/secret-ref.ts';
import type { VersionRecord } from '../../domain/version.ts';
import type { Caller } from '../define-function.ts';
import type { Needs } from '../services.ts';
import { type LeakedSecret, type ProposedForLeak, proposeForLeak } from './propose-for-leak.ts';

/** What every leak's entry is known by: by it they are found again. */
export const LEAKS_OPERATION = 'leaks';

/** A value that turned up somewhere, as far as anything of it is kept. */
export interface Leak {
  readonly where: Omit<LeakDetail, 'result'>;
  /** What makes it one and the same leak, however often and by whomever it is found. */
  readonly place: readonly (string | number | null)[];
  /** Whose value it is. Empty: nobody's that we know. Null: there was nothing to compare. */
  readonly owners: readonly { readonly ref: SecretRef; readonly versionId: string }[] | null;
  /** When it came to be there, where that is known. */
  readonly sinceMs?: number;
}

/** One leak's fate, as the registry has it now. */
export interface JudgedLeak {
  readonly result: LeakResult;
  readonly ref?: SecretRef;
  readonly versionId?: string;
  readonly fate?: VersionRecord['fate'];
  readonly reason?: string;
}

export interface JudgedLeaks {
  /** In their order. */
  readonly judged: readonly JudgedLeak[];
  readonly proposed: readonly ProposedForLeak[];
}

/**
 * What becomes of each leak. Leaves: an entry for each, one however often it is found; an incident proposed for each secret to
 * which a value that leaked may still open something.
 */
export async function judgeLeaks(
  services: Needs<'registry' | 'plans' | 'clock'>,
  leaks: readonly Leak[],
  by: Caller,
): Promise<JudgedLeaks> {
  const { registry, clock } = services;
  const refs = [...new Set(leaks.flatMap(({ owners }) => (owners ?? []).map(({ ref }) => ref)))];
  const versions = new Map((await registry.versions({ refs })).map((version) => [version.id, version]));
  const secrets = new Map((await registry.secrets(refs)).map((secret) => [secret.ref, secret]));
  const atMs = clock.nowMs();
  const leaked: LeakedSecret[] = [];
  const entries: AuditEntry[] = [];
  const judged = leaks.map((leak) => {
    const ledger = (leak.owners ?? []).flatMap(({ versionId }) => versions.get(versionId) ?? []);
    for (const { ref, fate, createdAtMs } of ledger) {
      if (resultOf(fate) !== 'incident') continue;
      // It cannot have leaked before it was made, nor later than it was seen.
      leaked.push({ ref, sinceMs: Math.max(createdAtMs, Math.min(leak.sinceMs ?? createdAtMs, atMs)) });
    }
    const [first, ...others] = ledger.length > 0 ? ledger.map(judge) : [unknownOf(leak)];
    if (first === undefined) throw new Error('a leak without a judgement');
    const all = [first, ...others];
    for (const one of all) entries.push(entryOf(leak, one, { by, atMs, secrets, versions }));
    return all.find(({ result }) => result === 'incident') ?? first;
  });
  await registry.append(entries);
  return { judged, proposed: await proposeForLeak(services, earliest(leaked), by) };
}

function judge(version: VersionRecord): JudgedLeak {
  const { ref, id: versionId, fate } = version;
  const result = resultOf(fate);
  return { result, ref, versionId, fate, reason: reasonOf(version) };
}

function reasonOf({ fate, proven }: VersionRecord): string {
  if (fate === 'failed') return 'it never became usable';
  if (proven !== undefined && fate === 'revoked-proven')
    return `already revoked, and seen refused at ${new Date(proven.atMs).toISOString()}`;
  return fate === 'revoked-proven' ? 'already revoked, and seen refused' : `its version is ${fate}`;
}

function unknownOf({ owners }: Leak): JudgedLeak {
  if (owners === null)
    return { result: 'not-compared', reason: 'neither the report nor the file has what was found' };
  const [first] = owners;
  if (first === undefined) return { result: 'candidate', reason: 'no value of ours' };
  return { result: 'candidate', ref: first.ref, reason: 'made for it, and never recorded as its value' };
}

function entryOf(
  { where, place }: Leak,
  { result, ref, versionId, fate, reason }: JudgedLeak,
  about: {
    readonly by: Caller;
    readonly atMs: number;
    readonly secrets: ReadonlyMap<SecretRef, SecretRecord>;
    readonly versions: ReadonlyMap<string, VersionRecord>;
  },
): AuditEntry {
  const secret = ref === undefined ? undefined : about.secrets.get(ref);
  const version = versionId === undefined ? undefined : about.versions.get(versionId);
  const named = sha256Hex(JSON.stringify(place)).slice(0, 24);
  return {
    v: 1,
    id: `leak:${named}:${versionId ?? where.length ?? 'unknown'}:${result}`,
    atMs: about.atMs,
    action: 'leak',
    outcome: 'success',
    actor: { user: about.by.user },
    source: about.by.source,
    operation: LEAKS_OPERATION,
    ...(ref === undefined ? {} : { ref }),
    ...(secret === undefined
      ? {}
      : { className: secret.className, tenant: secret.tenant, target: secret.target }),
    ...(version === undefined ? {} : { versionId: version.id, epoch: version.epoch }),
    ...(fate === undefined ? {} : { fate }),
    ...(result === 'incident' ? { cause: 'values-leaked' as const } : {}),
    ...(reason === undefined ? {} : { reason }),
    leak: { ...where, result },
  };
}

function earliest(leaked: readonly LeakedSecret[]): LeakedSecret[] {
  const since = new Map<SecretRef, number>();
  for (const { ref, sinceMs } of leaked) since.set(ref, Math.min(sinceMs, since.get(ref) ?? sinceMs));
  return [...since].map(([ref, sinceMs]) => ({ ref, sinceMs }));
}
