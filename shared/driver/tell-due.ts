import { confirmationIdOf, TOKEN_BYTES, withToken } from '../domain/confirmation-token.ts';
import type { ConsumerRecord } from '../domain/consumer.ts';
import { type Delivery, LONGEST_RETRY_MS, nextTellAt } from '../domain/delivery.ts';
import { RekeyError } from '../domain/errors.ts';
import type { SecretRef } from '../domain/secret-ref.ts';
import type { Address, Tell, TellOutcome } from '../ports/notifier.ts';
import { deliveryEntry } from './delivery-entry.ts';
import type { Needs } from './services.ts';
import { type SigningKeys, signingKeysOf } from './signing-keys.ts';

const AT_ONCE = 25;

type Telling = Needs<'registry' | 'store' | 'notifier' | 'clock' | 'random'>;

/** Tells what is due, at most `AT_ONCE` at a time; what failed, or is to be confirmed, is due again later. Answers how many were tried. */
export async function tellDue(services: Telling): Promise<number> {
  const due = await services.registry.deliveriesDue(services.clock.nowMs(), AT_ONCE);
  if (due.length === 0) return 0;
  const consumers = new Map(
    (await services.registry.consumers()).map((consumer) => [consumer.name, consumer]),
  );
  const keyOf = signingKeysOf(services);
  const current = await currentVersions(services, due);
  await Promise.all(
    due.map((delivery) =>
      current.get(delivery.ref) === delivery.versionId
        ? tellOne(services, delivery, consumers.get(delivery.consumer), keyOf)
        : leave(services, delivery),
    ),
  );
  return due.length;
}

/** By reference; of a secret that is not enrolled any more, none. */
async function currentVersions(
  { registry }: Needs<'registry'>,
  due: readonly Delivery[],
): Promise<ReadonlyMap<SecretRef, string | undefined>> {
  const secrets = await registry.secrets([...new Set(due.map(({ ref }) => ref))]);
  return new Map(secrets.map(({ ref, currentVersionId }) => [ref, currentVersionId]));
}

async function tellOne(
  services: Telling,
  due: Delivery,
  consumer: ConsumerRecord | undefined,
  keyOf: SigningKeys,
): Promise<void> {
  const { delivery, confirm } = await readyToTell(services, due, consumer);
  const outcome = await attempt(services, delivery, consumer, keyOf, confirm);
  const nowMs = services.clock.nowMs();
  const attempts = delivery.attempts + 1;
  // What it stands as by now, tokens of another teller among it: that one's stand too.
  const standing = typeof confirm === 'object' ? await standingAs(services, delivery) : delivery;
  const { lastError: _lastError, ...rest } = standing;
  // Whoever has the message and says later that it uses the version is not hurried.
  const later = outcome.state === 'told' && (typeof confirm === 'object' || consumer?.byObservation === true);
  const dueAtMs = later ? nowMs + LONGEST_RETRY_MS : nextTellAt(attempts, nowMs);
  const tried = { ...rest, attempts, dueAtMs };
  const next: Delivery =
    outcome.state === 'failed'
      ? { ...tried, lastError: outcome.message }
      : {
          ...tried,
          state: outcome.state,
          toldAtMs: delivery.toldAtMs ?? nowMs,
          ...(outcome.state === 'confirmed' ? { confirmedAtMs: nowMs } : {}),
        };
  await services.registry.saveDelivery(next, [
    deliveryEntry(next, {
      id: `${delivery.id}:tell:${attempts}`,
      atMs: nowMs,
      action: outcome.state === 'confirmed' ? 'confirm' : 'tell',
      outcome: outcome.state === 'failed' ? 'error' : 'success',
      ...(consumer === undefined ? {} : { by: consumer.means }),
      ...(outcome.state === 'failed' ? { reason: outcome.message } : {}),
    }),
  ]);
}

/** A token counts from before the consumer has it: it may come back with it before the message is answered. */
async function readyToTell(
  services: Telling,
  delivery: Delivery,
  consumer: ConsumerRecord | undefined,
): Promise<{ readonly delivery: Delivery; readonly confirm?: NonNullable<Tell['confirm']> }> {
  if (consumer?.mustConfirm !== true) return { delivery };
  // What the target shows is waited for: whoever has the message is not hurried.
  if (consumer.byObservation === true) return { delivery };
  if (!consumer.byCallback) return { delivery, confirm: 'by-answer' };
  const token = Buffer.from(services.random.bytes(TOKEN_BYTES)).toString('base64url');
  const withIts = withToken(await standingAs(services, delivery), token);
  await services.registry.saveDelivery(withIts, []);
  return { delivery: withIts, confirm: { id: confirmationIdOf(delivery), token } };
}

async function standingAs({ registry }: Needs<'registry'>, delivery: Delivery): Promise<Delivery> {
  return (await registry.delivery(delivery.incident, delivery.id)) ?? delivery;
}

/** A newer version has a delivery of its own: nobody is told of this one any more. */
async function leave({ registry, clock }: Needs<'registry' | 'clock'>, delivery: Delivery): Promise<void> {
  await registry.saveDelivery({ ...delivery, state: 'overtaken' }, [
    deliveryEntry(delivery, {
      id: `${delivery.id}:overtaken`,
      atMs: clock.nowMs(),
      action: 'tell',
      outcome: 'error',
      reason: 'overtaken: the version is not current any more',
    }),
  ]);
}

async function attempt(
  services: Telling,
  delivery: Delivery,
  consumer: ConsumerRecord | undefined,
  keyOf: SigningKeys,
  confirm: Tell['confirm'],
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
      ...(confirm === undefined ? {} : { confirm }),
      atMs: services.clock.nowMs(),
    });
  } catch (error) {
    if (error instanceof RekeyError) return { state: 'failed', message: error.message };
    throw error;
  }
}

/** Null: what it is told is signed, and there is nothing to sign with. */
async function addressOf(consumer: ConsumerRecord, keyOf: SigningKeys): Promise<Address | null> {
  if (consumer.means !== 'webhook') return consumer;
  const signingKey = await keyOf(consumer.signingKeyRef);
  return signingKey === null ? null : { means: 'webhook', url: consumer.url, signingKey };
}
