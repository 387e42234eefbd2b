import type { ByWebhook, ConsumerRecord } from '../domain/consumer.ts';
import { type Delivery, nextTellAt } from '../domain/delivery.ts';
import { RekeyError } from '../domain/errors.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { Address, TellOutcome } from '../ports/notifier.ts';
import type { Needs } from './services.ts';

const AT_ONCE = 25;

/** Tells what is due, at most `AT_ONCE` at a time; what failed, or is to be confirmed, is due again later. Answers how many were tried. */
export async function tellDue(services: Needs<'registry' | 'store' | 'notifier' | 'clock'>): Promise<number> {
  const due = await services.registry.deliveriesDue(services.clock.nowMs(), AT_ONCE);
  if (due.length === 0) return 0;
  const consumers = new Map(
    (await services.registry.consumers()).map((consumer) => [consumer.name, consumer]),
  );
  // One look at a key serves all that is signed with it now.
  const keys = new Map<string, Promise<string | null>>();
  const keyOf = ({ signingKeyRef }: ByWebhook) => {
    const known = keys.get(signingKeyRef) ?? signingKeyOf(services, signingKeyRef as SecretRef);
    keys.set(signingKeyRef, known);
    return known;
  };
  await Promise.all(
    due.map((delivery) => tellOne(services, delivery, consumers.get(delivery.consumer), keyOf)),
  );
  return due.length;
}

type KeyOf = (consumer: ByWebhook) => Promise<string | null>;

/** Null: it has no value. */
async function signingKeyOf(
  { registry, store }: Needs<'registry' | 'store'>,
  ref: SecretRef,
): Promise<string | null> {
  const [secret] = await registry.secrets([ref]);
  if (secret?.currentVersionId === undefined) return null;
  const [value = ''] = await store.read([{ ref, versionId: secret.currentVersionId }], 'worker');
  return value;
}

async function tellOne(
  services: Needs<'registry' | 'store' | 'notifier' | 'clock'>,
  delivery: Delivery,
  consumer: ConsumerRecord | undefined,
  keyOf: KeyOf,
): Promise<void> {
  const outcome = await attempt(services, delivery, consumer, keyOf);
  const nowMs = services.clock.nowMs();
  const attempts = delivery.attempts + 1;
  const { lastError: _lastError, ...rest } = delivery;
  const next: Delivery =
    outcome.state === 'failed'
      ? { ...rest, attempts, lastError: outcome.message, dueAtMs: nextTellAt(attempts, nowMs) }
      : {
          ...rest,
          attempts,
          state: outcome.state,
          toldAtMs: delivery.toldAtMs ?? nowMs,
          dueAtMs: nextTellAt(attempts, nowMs),
          ...(outcome.state === 'confirmed' ? { confirmedAtMs: nowMs } : {}),
        };
  await services.registry.saveDelivery(next, [
    {
      v: 1,
      id: `${delivery.id}:tell:${attempts}`,
      atMs: nowMs,
      action: outcome.state === 'confirmed' ? 'confirm' : 'tell',
      outcome: outcome.state === 'failed' ? 'error' : 'success',
      actor: { user: 'rekey', workflowId: delivery.incident },
      source: 'rekey',
      consumer: delivery.consumer,
      operation: delivery.incident,
      ref: delivery.ref,
      versionId: delivery.versionId,
      ...(outcome.state === 'failed' ? { reason: outcome.message } : {}),
    },
  ]);
}

async function attempt(
  services: Needs<'registry' | 'store' | 'notifier' | 'clock'>,
  delivery: Delivery,
  consumer: ConsumerRecord | undefined,
  keyOf: KeyOf,
): Promise<TellOutcome> {
  if (consumer === undefined)
    return { state: 'failed', message: `consumer ${delivery.consumer} is not enrolled any more` };
  try {
    const to = await addressOf(consumer, keyOf);
    if (to === null) return { state: 'failed', message: `the signing key of ${consumer.name} has no value` };
    return await services.notifier.tell({
      messageId: delivery.id,
      consumer: consumer.name,
      to,
      ref: delivery.ref,
      versionId: delivery.versionId,
      ...(consumer.mustConfirm ? { confirm: 'by-answer' } : {}),
      atMs: services.clock.nowMs(),
    });
  } catch (error) {
    if (error instanceof RekeyError) return { state: 'failed', message: error.message };
    throw error;
  }
}

/** Null: what it is told is signed, and there is nothing to sign with. */
async function addressOf(consumer: ConsumerRecord, keyOf: KeyOf): Promise<Address | null> {
  if (consumer.means !== 'webhook') return consumer;
  const signingKey = await keyOf(consumer);
  return signingKey === null ? null : { means: 'webhook', url: consumer.url, signingKey };
}
