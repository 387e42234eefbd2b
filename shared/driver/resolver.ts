import type { AuditEntry } from '../domain/audit/entry.ts';
import type { AuditPolicy } from '../domain/audit/policy.ts';
import { isBetweenValues } from '../domain/between-values.ts';
import { type ClassRecord, isInScope } from '../domain/class.ts';
import { RekeyError } from '../domain/errors.ts';
import { type Quarantine, quarantineOver } from '../domain/quarantine/record.ts';
import { lateRead } from '../domain/reads/late-read.ts';
import { namesOf, type ReadContext, readBy } from '../domain/reads/read-by.ts';
import { readEntry } from '../domain/reads/read-entry.ts';
import type { SecretRecord } from '../domain/secret.ts';
import { isSecretRef, type SecretRef } from '../domain/secret-ref.ts';
import { writePseudonyms } from './pseudonym/write-pseudonyms.ts';
import type { Needs } from './services.ts';

export interface ResolvedSecret {
  readonly value: string;
  readonly versionId: string;
}

/** Where consumers read by reference. Fails closed: what it cannot see, it refuses. */
export interface Resolver {
  /**
   * The current value, after an entry that says who reads what is durable: no entry, no value. Where the audit cannot take it,
   * the class's policy says whether it may wait elsewhere; a refusal's always does. A secret between install and
   * promote is held, at most `HOLD_MS`, then `Throttled` `held-too-long`. Errors: `Denied` `quarantined`, `fenced`, `key-closed`; `NotFound` `secret-unknown`, `value-missing`;
   * `TargetUnavailable` `state-unreadable`.
   */
  read(ref: string, context: ReadContext): Promise<ResolvedSecret>;
}

/** What is current, and how it is told of. */
interface Admitted {
  readonly secret: SecretRecord;
  readonly record: ClassRecord;
  readonly policy: AuditPolicy | null;
}

/** Longest that a read is held while its secret is between install and promote: the emergency batch's own time, with room. */
const HOLD_MS = 8_000;
const LOOK_AGAIN_MS = 5;

/** Without `lateReads` there is nowhere but the audit. */
export function createResolver(
  services: Needs<'registry' | 'store' | 'pseudonyms' | 'clock' | 'random'> & Partial<Needs<'lateReads'>>,
): Resolver {
  const { registry, store, clock, random, lateReads } = services;

  async function look(ref: SecretRef): Promise<Admitted & { readonly quarantines: readonly Quarantine[] }> {
    try {
      const [[secret], quarantines, policy] = await Promise.all([
        registry.secrets([ref]),
        registry.quarantines(),
        registry.auditPolicy(),
      ]);
      if (secret === undefined) throw unknownSecret(ref);
      const record = await registry.classNamed(secret.className);
      if (record === null) throw unknownSecret(ref);
      return { secret, record, quarantines, policy };
    } catch (error) {
      if (error instanceof RekeyError && error.family === 'NotFound') throw error;
      throw new RekeyError({
        code: 'state-unreadable',
        family: 'TargetUnavailable',
        message: `whether ${ref} may be read cannot be seen: ${error instanceof Error ? error.message : 'unknown'}`,
        safe: 'No value was handed out.',
        next: ['rekey doctor'],
        cause: error,
      });
    }
  }

  /** Refuses who is quarantined, and inside a fence; answers what is current once the secret is not between two values. */
  async function admit(ref: SecretRef, context: ReadContext): Promise<Admitted> {
    const untilMs = clock.nowMs() + HOLD_MS;
    for (;;) {
      const { secret, record, quarantines, policy } = await look(ref);
      const quarantine = quarantineOver(quarantines, namesOf(context));
      if (quarantine !== undefined) {
        throw new RekeyError({
          code: 'quarantined',
          family: 'Denied',
          message: `${quarantine.principal} is refused every secret: quarantine ${quarantine.id}`,
          safe: 'No value was handed out.',
          next: [`rekey quarantine show ${quarantine.id}`],
        });
      }
      const fence = record.fences.find(({ scope }) => isInScope(scope, secret));
      if (fence !== undefined) {
        throw new RekeyError({
          code: 'fenced',
          family: 'Denied',
          message: `reads of ${ref} are refused: incident ${fence.incident} has fenced it`,
          safe: 'No value was handed out.',
          next: [`rekey incident show ${fence.incident}`],
        });
      }
      if (!isBetweenValues(secret)) return { secret, record, policy };
      if (clock.nowMs() >= untilMs) {
        throw new RekeyError({
          code: 'held-too-long',
          family: 'Throttled',
          message: `${ref} has been between its old and its new value for ${HOLD_MS / 1_000} s`,
          safe: 'No value was handed out: the old one may be dead, the new one is not verified.',
          next: ['the same read again', `rekey resume ${secret.rotation?.operation ?? ''}`],
        });
      }
      await clock.sleep(LOOK_AGAIN_MS);
    }
  }

  /** Leaves: the entry in the audit or, where that cannot take it and it may wait, elsewhere. Throws why it is in neither. */
  async function tell(
    ref: string,
    context: ReadContext,
    told: Partial<Admitted> & {
      readonly outcome: AuditEntry['outcome'];
      readonly why?: string;
      readonly mayWait: boolean;
    },
  ): Promise<void> {
    const { outcome, secret, policy, why, mayWait } = told;
    const event = readBy(context, ref, { id: random.uuid(), atMs: clock.nowMs(), outcome, why });
    const entry = readEntry(
      event,
      secret === undefined ? undefined : { secret, versions: [], record: secret },
    );
    try {
      await registry.append(await writePseudonyms(services, [entry], policy));
    } catch (error) {
      if (!mayWait || lateReads === undefined) throw error;
      // Whoever takes it in puts the pseudonyms in, when their keys can be had.
      await lateReads.keep(lateRead(entry));
    }
  }

  return {
    async read(ref, context) {
      let admitted: Admitted | undefined;
      try {
        if (!isSecretRef(ref)) throw unknownSecret(ref);
        admitted = await admit(ref, context);
        const { secret, record } = admitted;
        if (secret.currentVersionId === undefined) {
          throw new RekeyError({
            code: 'value-missing',
            family: 'NotFound',
            message: `${ref} has no value yet`,
            next: [`rekey secret put ${ref}`],
          });
        }
        const [value] = await store.read([{ ref, versionId: secret.currentVersionId }], 'reader');
        if (value === undefined) throw new Error(`no value for ${ref}`);
        // The entry first: a value that was handed out without one would be a read that nobody ever knows of.
        const mayWait = record.policy.reads?.withoutAudit === 'serve';
        await tell(ref, context, { ...admitted, outcome: 'success', mayWait });
        // A fence may have come between the look and the entry; what it refuses is not handed out.
        const { secret: now } = await admit(ref, context);
        if (now.currentVersionId !== secret.currentVersionId) return await this.read(ref, context);
        return { value, versionId: secret.currentVersionId };
      } catch (error) {
        const known = error instanceof RekeyError ? error : undefined;
        const outcome = known?.family === 'Denied' || known?.family === 'NotFound' ? 'denied' : 'error';
        // The refusal stands whether or not it could be written down anywhere.
        const why = known?.code ?? 'unexpected';
        await tell(ref, context, { ...admitted, outcome, why, mayWait: true }).catch(() => undefined);
        throw error;
      }
    },
  };
}

function unknownSecret(ref: string): RekeyError {
  return new RekeyError({
    code: 'secret-unknown',
    family: 'NotFound',
    message: `${ref} is not enrolled`,
    next: ['rekey status'],
  });
}
