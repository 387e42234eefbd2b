import type { AuditEntry } from '../domain/audit/entry.ts';
import { nextTellAt } from '../domain/delivery.ts';
import { RekeyError } from '../domain/errors.ts';
import type { NoticeDelivery } from '../domain/notice-delivery.ts';
import { recipientOf } from '../domain/notify.ts';
import type { NoticeTarget } from '../ports/notices.ts';
import type { TellOutcome } from '../ports/notifier.ts';
import type { Needs } from './services.ts';
import type { SigningKeys } from './signing-keys.ts';

/**
 * Tells one notice, and writes down what came of it: told, or due again later, until nobody would be woken by it any more. Each
 * try is in the audit.
 */
export async function tellNotice(
  services: Needs<'registry' | 'notices' | 'clock'>,
  delivery: NoticeDelivery,
  keyOf: SigningKeys,
): Promise<void> {
  const outcome = await attempt(services, delivery, keyOf);
  const nowMs = services.clock.nowMs();
  const attempts = delivery.attempts + 1;
  const { lastError: _lastError, ...rest } = delivery;
  const tried = { ...rest, attempts, dueAtMs: nextTellAt(attempts, nowMs) };
  if (outcome.state === 'failed') {
    const over = nowMs >= delivery.untilMs;
    await services.registry.saveNotice(
      { ...tried, lastError: outcome.message, ...(over ? { state: 'given-up' } : {}) },
      [entryOf(delivery, attempts, nowMs, 'error', `${over ? 'given up: ' : ''}${outcome.message}`)],
    );
    return;
  }
  const { state } = outcome;
  await services.registry.saveNotice(
    { ...tried, state, toldAtMs: nowMs, ...(state === 'confirmed' ? { confirmedAtMs: nowMs } : {}) },
    [
      entryOf(delivery, attempts, nowMs, 'success'),
      ...(state === 'confirmed'
        ? [
            {
              ...entryOf(delivery, attempts, nowMs, 'success'),
              id: `${delivery.id}:confirm`,
              action: 'confirm' as const,
            },
          ]
        : []),
    ],
  );
}

async function attempt(
  { notices, clock }: Needs<'notices' | 'clock'>,
  { id, notice, to }: NoticeDelivery,
  keyOf: SigningKeys,
): Promise<TellOutcome> {
  try {
    const target = await targetOf(to, keyOf);
    if (target === null) return { state: 'failed', message: 'the signing key has no value' };
    return await notices.tell({ messageId: id, notice, to: target, atMs: clock.nowMs() });
  } catch (error) {
    if (error instanceof RekeyError) return { state: 'failed', message: error.message };
    throw error;
  }
}

/** Null: what is sent is signed, and there is nothing to sign with. */
async function targetOf(to: NoticeDelivery['to'], keyOf: SigningKeys): Promise<NoticeTarget | null> {
  if (to.by !== 'webhook') return to;
  const signingKey = await keyOf(to.signingKeyRef);
  return signingKey === null ? null : { by: 'webhook', url: to.url, signingKey };
}

/** Who was told of what, by which means, and when it was accepted. */
function entryOf(
  { id, notice, to }: NoticeDelivery,
  attempts: number,
  atMs: number,
  outcome: AuditEntry['outcome'],
  why?: string,
): AuditEntry {
  const { kind, incident, className } = notice;
  return {
    v: 1,
    id: `${id}:tell:${attempts}`,
    atMs,
    action: 'tell',
    outcome,
    actor: { user: 'rekey', ...(incident === undefined ? {} : { workflowId: incident }) },
    source: 'rekey',
    by: to.by,
    recipient: recipientOf(to),
    className,
    ...(incident === undefined ? {} : { operation: incident }),
    reason: why === undefined ? kind : `${kind}: ${why}`,
  };
}
