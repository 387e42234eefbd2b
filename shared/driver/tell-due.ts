import type { ConsumerRecord } from '../domain/consumer.ts';
import { type Delivery, nextTellAt } from '../domain/delivery.ts';
import { RekeyError } from '../domain/errors.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { TellOutcome } from '../ports/notifier.ts';
import type { Needs } from './services.ts';

const AT_ONCE = 25;

/** Tells what is due, at most `AT_ONCE` at a time; what failed, or is to be confirmed, is due again later. Answers how many were tried. */
export async function tellDue(services: Needs<'registry' | 'store' | 'notifier' | 'clock'>): Promise<number> {
  const due = await services.registry.deliveriesDue(services.clock.nowMs(), AT_ONCE);
  if (due.length === 0) return 0;
  const consumers = new Map(
    (await services.registry.consumers()).map((consumer) => [consumer.name, consumer]),
  );
  await Promise.all(due.map((delivery) => tellOne(services, delivery, consumers.get(delivery.consumer))));
  return due.length;
}

async function tellOne(
  services: Needs<'registry' | 'store' | 'notifier' | 'clock'>,
  delivery: Delivery,
  consumer: ConsumerRecord | undefined,
): Promise<void> {
  const outcome = await attempt(services, delivery, consumer);
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
): Promise<TellOutcome> {
  if (consumer === undefined)
    return { state: 'failed', message: `consumer ${delivery.consumer} is not enrolled any more` };
  try {
    const ref = consumer.signingKeyRef as SecretRef;
    const [secret] = await services.registry.secrets([ref]);
    if (secret?.currentVersionId === undefined) {
      return { state: 'failed', message: `the signing key ${ref} has no value` };
    }
    const [signingKey] = await services.store.read([{ ref, versionId: secret.currentVersionId }], 'worker');
    return await services.notifier.tell({
      messageId: delivery.id,
      consumer: consumer.name,
      url: consumer.url,
      signingKey: signingKey ?? '',
      ref: delivery.ref,
      versionId: delivery.versionId,
      atMs: services.clock.nowMs(),
    });
  } catch (error) {
    if (error instanceof RekeyError) return { state: 'failed', message: error.message };
    throw error;
  }
}
