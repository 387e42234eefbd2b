import * as z from 'zod';
import type { AuditEntry } from '../../shared/domain/audit/entry.ts';
import { isOfState, RekeyError } from '../../shared/domain/errors.ts';
import type { IncidentRecord } from '../../shared/domain/incident.ts';
import { buildPacket } from '../../shared/domain/packet/packet.ts';
import { renderPacketHtml } from '../../shared/domain/packet/page/page.ts';
import { signPacket } from '../../shared/domain/packet/signature.ts';
import { isOfValue } from '../../shared/domain/reads/value-read.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import type { VersionRecord } from '../../shared/domain/version.ts';
import { changeIncident, incidentEntry, incidentNamed } from '../../shared/driver/change-incident.ts';
import { defineFunction } from '../../shared/driver/define-function.ts';
import { lastReconciled } from '../../shared/driver/reconcile-reads.ts';
import type { Needs } from '../../shared/driver/services.ts';
import { tellDue } from '../../shared/driver/tell-due.ts';
import type { EpochKey } from '../../shared/ports/keys.ts';

/**
 * Leaves: keys that nothing names any more destroyed, and a signed packet of what was seen. An incident that is still
 * fenced is not sealed by it: its packet is what people decide on. Nor is one that was undone: it stays that.
 */
export const sealIncident = defineFunction({
  name: 'SealIncident',
  needs: [
    'registry',
    'store',
    'keys',
    'fingerprints',
    'audit',
    'signer',
    'packets',
    'notifier',
    'clock',
    'random',
  ],
  input: { incidentId: z.string() },
  output: { packet: z.string() },
  async run({ incidentId }, services) {
    const owed = await destroyOldKeys(services, await incidentNamed(services, incidentId));
    // One more round, so that the packet does not call unconfirmed what was merely not asked yet.
    await tellDue(services);
    const nowMs = services.clock.nowMs();
    const isOver = (incident: IncidentRecord) =>
      incident.state !== 'restored' && (!incident.plan.fence || incident.reopenedAtMs !== undefined);
    const versions = await services.registry.versions({
      refs: (await incidentNamed(services, incidentId)).plan.secrets.map((secret) => secret.ref),
    });
    const counts = Object.fromEntries(
      [...Map.groupBy(versions, (version) => version.fate)].map(([fate, group]) => [fate, group.length]),
    );
    const read = await readsSince(services, await incidentNamed(services, incidentId), versions, nowMs);
    const incident = await changeIncident(services, incidentId, (before) => ({
      incident: {
        ...before,
        destroying: owed,
        counts,
        audited: { sinceMs: read.sinceMs, untilMs: read.untilMs, reads: read.entries.length },
        packets: before.packets + 1,
        ...(isOver(before) ? { state: 'sealed' as const, sealedAtMs: nowMs } : {}),
      },
      end: isOver(before),
      entries: [incidentEntry(before, { action: 'seal', atMs: nowMs, place: `${before.packets + 1}` })],
    }));
    return { packet: await writePacket(services, incident, read) };
  },
});

/**
 * A key is destroyed only when no version that may still open something names it; the store itself refuses otherwise. What
 * is begun is written down first: a destroyed key that nobody told of would look like any other. Answers what is still owed.
 */
async function destroyOldKeys(
  services: Needs<
    'registry' | 'store' | 'keys' | 'fingerprints' | 'audit' | 'signer' | 'packets' | 'notifier' | 'clock'
  >,
  incident: IncidentRecord,
): Promise<string[]> {
  const { className } = incident.plan.scope;
  const inUse = await epochsUnderWay(services, className);
  const keys = await services.keys.list(className);
  const lost = await liveUnderDestroyed(services, className, keys);
  if (lost.length > 0) {
    await services.registry.append([
      incidentEntry(incident, {
        action: 'key-destroy',
        atMs: services.clock.nowMs(),
        outcome: 'error',
        place: `registry-older.${incident.revision}`,
        reason: `no key was destroyed: ${lost.length} live versions, of ${lost[0]?.ref} first, are under keys that are gone: the registry is older than the keys, and a key that it does not name may seal what works`,
      }),
    ]);
    return [...(incident.destroying ?? [])];
  }
  const older = keys.filter(
    (key) => key.state !== 'destroyed' && key.epoch < incident.epoch && !inUse.has(key.epoch),
  );
  const keyIds = older.map(({ id }) => id);
  const unsettled = await services.registry.unsettledUnder({ className, keyIds });
  const named = new Set(unsettled.map(({ keyId }) => keyId));
  const begun = new Set([...(incident.destroying ?? []), ...keyIds.filter((id) => !named.has(id))]);
  if (begun.size === 0) return [];
  await changeIncident(services, incident.id, (before) => ({
    incident: { ...before, destroying: [...begun] },
  }));
  const owed: string[] = [];
  for (const id of begun) {
    try {
      const { irrevocableAtMs, pending } = await services.keys.destroy(className, id);
      await services.fingerprints.forget(id);
      const atMs = services.clock.nowMs();
      const said = irrevocableAtMs === null ? `not yet irrevocable: ${pending}` : 'irrevocable';
      await services.registry.append([
        incidentEntry(incident, { action: 'key-destroy', atMs, place: id, reason: `${id}: ${said}` }),
      ]);
    } catch (error) {
      // Another process reads the state just now, or a version came to be named: the next seal tries again.
      const later = error instanceof RekeyError && ['Throttled', 'Conflict'].includes(error.family);
      if (!later || isOfState(error)) throw error;
      owed.push(id);
      await services.registry.append([
        incidentEntry(incident, {
          action: 'key-destroy',
          atMs: services.clock.nowMs(),
          outcome: 'error',
          place: `${id}.${incident.revision}`,
          reason: `${id}: ${error.message}`,
        }),
      ]);
    }
  }
  return owed;
}

/** No key is destroyed that something live names: where something does, the registry was restored to an earlier time. */
async function liveUnderDestroyed(
  services: Needs<'registry'>,
  className: string,
  keys: readonly EpochKey[],
): Promise<VersionRecord[]> {
  const keyIds = keys.filter(({ state }) => state === 'destroyed').map(({ id }) => id);
  const unsettled = await services.registry.unsettledUnder({ className, keyIds });
  return unsettled.filter(({ fate }) => fate === 'live');
}

/** Epochs of incidents that are not at their end: their keys may have sealed nothing yet, and are about to. */
async function epochsUnderWay(services: Needs<'registry'>, className: string): Promise<Set<number>> {
  const record = await services.registry.classNamed(className);
  const open = await Promise.all((record?.incidents ?? []).map((id) => services.registry.incident(id)));
  return new Set(open.flatMap((incident) => incident?.epoch ?? []));
}

interface ReadsKnown {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly entries: readonly AuditEntry[];
}

/** Since the leak, and since the versions that were live at the break-glass were in use: whoever read one then may hold it. */
async function readsSince(
  { audit }: Needs<'audit'>,
  { plan, epoch }: IncidentRecord,
  versions: readonly VersionRecord[],
  nowMs: number,
): Promise<ReadsKnown> {
  const inUse = new Map<string, number>();
  for (const { ref, epoch: of, promotedAtMs } of versions)
    if (of < epoch && promotedAtMs !== undefined) inUse.set(ref, Math.max(inUse.get(ref) ?? 0, promotedAtMs));
  const sinceMs = [...inUse.values()].reduce((first, atMs) => Math.min(first, atMs), plan.sinceMs ?? 0);
  const untilMs = nowMs + 1;
  const refs = plan.secrets.map((secret) => secret.ref);
  const entries = await audit.find({ action: ['read'], refs, sinceMs, untilMs });
  return { sinceMs, untilMs, entries: entries.filter(isOfValue) };
}

async function writePacket(
  services: Needs<
    'registry' | 'store' | 'keys' | 'fingerprints' | 'audit' | 'signer' | 'packets' | 'notifier' | 'clock'
  >,
  incident: IncidentRecord,
  read: ReadsKnown,
): Promise<string> {
  const refs = incident.plan.secrets.map((secret) => secret.ref);
  const known = [...refs, ...incident.plan.exposedAdmins.map(({ admin }) => admin as SecretRef)];
  const [secrets, versions, reconciled, deliveries, consumers, record] = await Promise.all([
    services.registry.secrets(known),
    services.registry.versions({ refs: known }),
    lastReconciled(services, services.clock.nowMs()),
    services.registry.deliveries(incident.id),
    services.registry.consumers(),
    services.registry.classNamed(incident.plan.scope.className),
  ]);
  const head = await services.audit.chainPending();
  const packet = buildPacket({
    incident,
    secrets,
    versions,
    reads: read.entries,
    reconciled,
    goesOnWithoutAudit: record?.policy.reads?.withoutAudit === 'serve',
    readUntilMs: read.untilMs,
    deliveries,
    consumers,
    head,
    writtenAtMs: services.clock.nowMs(),
  });
  const envelope = await signPacket(packet, services.signer);
  return services.packets.write(
    `${incident.id}-${incident.packets}`,
    `${JSON.stringify(envelope, null, 2)}\n`,
    renderPacketHtml(packet),
  );
}
