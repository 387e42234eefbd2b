import * as z from 'zod';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { isTokenOf, readConfirmationId } from '../../shared/domain/confirmation-token.ts';
import type { Delivery } from '../../shared/domain/delivery.ts';
import { isDone } from '../../shared/domain/delivery.ts';
import { RekeyError } from '../../shared/domain/errors.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { type Caller, defineFunction } from '../../shared/driver/define-function.ts';
import type { Needs } from '../../shared/driver/services.ts';

/**
 * Leaves: one delivery confirmed, by whoever has a token that its consumer was told with. Each delivery once. A token that is
 * none is refused and written down. Errors: `Denied` `confirmation-refused`; `Conflict` `confirmation-used`,
 * `confirmation-overtaken`.
 */
export const confirmDelivery = defineFunction({
  name: 'ConfirmDelivery',
  needs: ['registry', 'clock', 'random'],
  input: {
    /** As the consumer was told it. */
    confirmationId: z.string().max(1_024),
    token: z.string().max(1_024),
  },
  output: { consumer: z.string(), ref: z.string(), versionId: z.string() },
  async run({ confirmationId, token }, services, context) {
    const caller = callerOf(context);
    const { registry, clock } = services;
    const named = readConfirmationId(confirmationId);
    const delivery = named === null ? null : await registry.delivery(named.incident, named.id);
    if (delivery === null || !isTokenOf(delivery, token)) return refuse(services, caller, delivery);
    const { consumer, ref, versionId } = delivery;
    if (delivery.state === 'confirmed') throw used(delivery);
    if (isDone({ ...delivery, mustConfirm: true })) throw overtaken(delivery);
    const nowMs = clock.nowMs();
    const { lastError: _lastError, ...rest } = delivery;
    await registry.saveDelivery(
      { ...rest, state: 'confirmed', toldAtMs: delivery.toldAtMs ?? nowMs, confirmedAtMs: nowMs },
      [entryOf(caller, delivery, { id: `${delivery.id}:confirm`, atMs: nowMs, outcome: 'success' })],
    );
    return { consumer, ref, versionId };
  },
});

async function refuse(
  { registry, clock, random }: Needs<'registry' | 'clock' | 'random'>,
  caller: Caller,
  delivery: Delivery | null,
): Promise<never> {
  await registry.append([
    entryOf(caller, delivery, {
      id: `confirm-${random.uuid()}`,
      atMs: clock.nowMs(),
      outcome: 'denied',
      reason: 'the token is none of this delivery',
    }),
  ]);
  throw new RekeyError({
    code: 'confirmation-refused',
    family: 'Denied',
    message: 'there is no delivery that this token confirms',
    safe: 'Nothing was changed. The consumer is told again, with another token.',
    next: ['the id and the token of the latest message'],
  });
}

function entryOf(
  { user, source }: Caller,
  delivery: Delivery | null,
  about: Pick<AuditEntry, 'id' | 'atMs' | 'outcome' | 'reason'>,
): AuditEntry {
  const actor = { user };
  if (delivery === null) return { v: 1, action: 'confirm', actor, source, ...about };
  const { incident, consumer, ref, versionId } = delivery;
  return {
    v: 1,
    action: 'confirm',
    actor: { ...actor, workflowId: incident },
    source,
    consumer,
    operation: incident,
    ref,
    versionId,
    ...about,
  };
}

function used({ consumer, versionId }: Delivery): RekeyError {
  return new RekeyError({
    code: 'confirmation-used',
    family: 'Conflict',
    message: `${consumer} has confirmed version ${versionId} already`,
    safe: 'It counts once; nothing was changed.',
  });
}

function overtaken({ consumer, ref, versionId }: Delivery): RekeyError {
  return new RekeyError({
    code: 'confirmation-overtaken',
    family: 'Conflict',
    message: `version ${versionId} of ${ref} is not current any more: nobody waits for ${consumer} to confirm it`,
    safe: 'Nothing was changed. The consumer is told of the current version.',
  });
}
