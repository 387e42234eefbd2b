import * as z from 'zod';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { DirectFence } from '../../shared/domain/direct-fence.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { callerOf } from '../../shared/driver/caller.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import type { Needs } from '../../shared/driver/services.ts';

/**
 * Leaves: a direct fence in the audit, as told by whoever hands it in; and those accounts marked as on before it that nobody has
 * re-issued since, so that the next re-issue switches them on again. Told again it changes nothing.
 */
export const recordDirectFence = defineFunction({
  name: 'RecordDirectFence',
  needs: ['registry', 'clock'],
  input: { fence: DirectFence },
  output: {
    /** Accounts that the next re-issue switches on again. */
    marked: z.number(),
    /** A break-glass has begun since: its own look, by which what was cut here was off before, stands. */
    late: z.boolean(),
  },
  async run({ fence }, services, context) {
    const { user, source } = callerOf(context);
    const late = fence.cuts.length > 0 && (await isLate(services, fence));
    const marked = late ? 0 : await markCuts(services, fence);
    const atMs = services.clock.nowMs();
    const entry = (place: string, more: Pick<AuditEntry, 'outcome' | 'reason' | 'target'>): AuditEntry => ({
      v: 1,
      id: `${fence.id}:${place}`,
      atMs,
      action: 'direct-fence',
      actor: { user, workflowId: fence.id },
      source,
      className: fence.className,
      operation: fence.id,
      ...(fence.epoch === null ? {} : { epoch: fence.epoch }),
      ...more,
    });
    const deed = `closed around Rekey at ${new Date(fence.atMs).toISOString()} by ${fence.principal ?? 'whom AWS did not tell'} (${fence.user})`;
    await services.registry.append([
      entry('told', {
        outcome: 'success',
        reason: `${deed}, as his machine wrote it down and ${user} tells`,
      }),
      ...fence.layers.map(({ layer, name, state, detail, atMs: seenAtMs }, index) =>
        entry(`layer.${index}`, {
          outcome: state === 'observed' ? 'success' : 'error',
          reason: `${layer} ${name}: ${state} at ${new Date(seenAtMs).toISOString()}: ${detail}`,
          ...(layer === 'target' ? { target: name } : {}),
        }),
      ),
      ...(late
        ? [
            entry('late', {
              outcome: 'error',
              reason: 'told after a break-glass had begun: what was cut here counts as off before',
            }),
          ]
        : []),
    ]);
    return { marked, late };
  },
});

async function isLate({ registry }: Needs<'registry'>, fence: DirectFence): Promise<boolean> {
  const record = await registry.classNamed(fence.className);
  if (record === null) return true;
  return fence.epoch === null ? record.incidents.length > 0 : record.epoch > fence.epoch;
}

/** By the word of a file nothing is called cut: no version's fate changes, only how the account was before. */
async function markCuts({ registry }: Needs<'registry'>, fence: DirectFence): Promise<number> {
  const done = new Set(
    (await registry.cuts(fence.id)).flatMap((cut) => (cut.state === 'observed' ? cut.target : [])),
  );
  let marked = 0;
  for (const { target, holder, wereOn } of fence.cuts) {
    if (done.has(target)) continue;
    const secrets = (await registry.secrets(wereOn)).filter(
      (secret) =>
        secret.className === fence.className && secret.target === target && secret.cut === undefined,
    );
    const cut: SecretRef[] = secrets.map(({ ref }) => ref);
    const record = { v: 1, incident: fence.id, target, holder, wasOff: [], cut, atMs: fence.atMs } as const;
    await registry.beginCut({ ...record, state: 'started' }, []);
    await registry.observeCut({ ...record, state: 'observed' }, [], []);
    marked += cut.length;
  }
  return marked;
}
