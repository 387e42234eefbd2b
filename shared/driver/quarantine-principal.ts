import { createHash } from 'node:crypto';
import type { AuditEntry } from '../domain/audit/entry.ts';
import { noted } from '../domain/case/steps.ts';
import { RekeyError } from '../domain/errors.ts';
import { given } from '../domain/given.ts';
import type { LayerState, Quarantine } from '../domain/quarantine/record.ts';
import { caseNamed } from './change-case.ts';
import { planQuarantine } from './plan-quarantine.ts';
import type { Needs } from './services.ts';

/** Who asks for it, and why. */
export interface QuarantineAsked {
  readonly principal: string;
  readonly planHash: string;
  readonly reason: string;
  readonly by: string;
  readonly source: string;
  readonly caseId?: string | undefined;
}

/**
 * Leaves: the principal refused. First by the resolver, in one commit with its entry; then by whatever else the surroundings can,
 * each layer as it was seen. One that stands already is made sure of again. Throws `Conflict` `plan-changed`.
 */
export async function quarantinePrincipal(
  services: Needs<'registry' | 'principalFence' | 'audit' | 'cases' | 'clock'>,
  asked: QuarantineAsked,
): Promise<Quarantine> {
  const { registry, principalFence, clock } = services;
  const { planHash } = await planQuarantine(services, asked.principal);
  if (planHash !== asked.planHash) throw planChanged(asked, planHash);
  if (asked.caseId !== undefined) await caseNamed(services, asked.caseId);
  const standing = await putInForce(services, asked);
  let layers: readonly LayerState[];
  try {
    layers = await principalFence.close(asked.principal, clock.nowMs());
  } catch (error) {
    // The resolver refuses it; that the rest is not closed is said by the error, and stands in the audit.
    const why = error instanceof RekeyError ? error.code : 'unexpected';
    await registry.append([
      layerEntry(standing, asked, clock.nowMs(), 'error', `the policy is not closed: ${why}`),
    ]);
    throw error;
  }
  const seen = await saveLayers(services, standing, layers, asked);
  if (asked.caseId !== undefined) await noteOnCase(services, asked.caseId, seen, asked.by);
  return seen;
}

async function putInForce(
  { registry, clock }: Needs<'registry' | 'clock'>,
  asked: QuarantineAsked,
): Promise<Quarantine> {
  const before = (await registry.quarantines()).find(({ principal }) => principal === asked.principal);
  if (before !== undefined) return before;
  const atMs = clock.nowMs();
  const { principal, reason, by, planHash, caseId } = asked;
  const quarantine: Quarantine = {
    v: 1,
    id: quarantineId(principal, atMs),
    principal,
    reason,
    by,
    atMs,
    ...given('caseId', caseId),
    planHash,
    layers: [{ layer: 'resolver', state: 'observed', atMs, detail: 'Rekey refuses it every secret' }],
    lifts: [],
    revision: 0,
  };
  const entry: AuditEntry = {
    v: 1,
    id: `quarantine:${quarantine.id}`,
    atMs,
    action: 'quarantine',
    outcome: 'success',
    actor: { user: by },
    source: asked.source,
    operation: quarantine.id,
    ...given('caseId', caseId),
    reason: `${principal}: ${reason}; plan ${planHash}`,
  };
  // Of two at once one writes it; the other finds it standing.
  if (await registry.saveQuarantine(quarantine, [entry])) return { ...quarantine, revision: 1 };
  const standing = await registry.quarantineNamed(quarantine.id);
  if (standing === null) throw new Error(`${quarantine.id} was neither written nor there`);
  return standing;
}

async function saveLayers(
  { registry, clock }: Needs<'registry' | 'clock'>,
  standing: Quarantine,
  layers: readonly LayerState[],
  asked: QuarantineAsked,
): Promise<Quarantine> {
  if (layers.length === 0) return standing;
  const own = standing.layers.filter(({ layer }) => layer === 'resolver');
  const seen = { ...standing, layers: [...own, ...layers] };
  const entries = layers.map(({ layer, state, detail }) =>
    layerEntry(standing, asked, clock.nowMs(), 'success', `${layer} ${state}: ${detail}`),
  );
  if (await registry.saveQuarantine(seen, entries)) return { ...seen, revision: standing.revision + 1 };
  return (await registry.quarantineNamed(standing.id)) ?? seen;
}

function layerEntry(
  { id }: Quarantine,
  { by, source }: QuarantineAsked,
  atMs: number,
  outcome: AuditEntry['outcome'],
  reason: string,
): AuditEntry {
  return {
    v: 1,
    id: `quarantine:${id}:observe:${atMs}:${createHash('sha256').update(reason).digest('hex').slice(0, 8)}`,
    atMs,
    action: 'observe',
    outcome,
    actor: { user: by },
    source,
    operation: id,
    reason,
  };
}

async function noteOnCase(
  services: Needs<'cases' | 'clock'>,
  caseId: string,
  { id }: Quarantine,
  who: string,
): Promise<void> {
  for (;;) {
    const record = await caseNamed(services, caseId);
    if (record.history.some(({ detail }) => detail === id)) return;
    const done = noted(record, { atMs: services.clock.nowMs(), who, what: 'contained', detail: id });
    if (await services.cases.save(done)) return;
  }
}

function quarantineId(principal: string, atMs: number): string {
  const digest = createHash('sha256').update(`${principal}\n${atMs}`).digest('hex');
  return `qua-${new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '')}-${digest.slice(0, 6)}`;
}

function planChanged({ principal }: QuarantineAsked, planHash: string): RekeyError {
  return new RekeyError({
    code: 'plan-changed',
    family: 'Conflict',
    message: `the plan for ${principal} is ${planHash} now, another one was looked at`,
    safe: 'Nothing was changed.',
    next: ['rekey quarantine --principal NAME --plan'],
  });
}
