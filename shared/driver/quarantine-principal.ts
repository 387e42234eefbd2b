import { createHash } from 'node:crypto';
import type { AuditEntry } from '../domain/audit/entry.ts';
import { noted } from '../domain/case/steps.ts';
import { RekeyError } from '../domain/errors.ts';
import { given } from '../domain/given.ts';
import { isStanding, type LayerState, type Quarantine, vouchedFor } from '../domain/quarantine/record.ts';
import { caseNamed } from './change-case.ts';
import { planQuarantine } from './plan-quarantine.ts';
import { inTheChain } from './pseudonym/name-people.ts';
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
  services: Needs<'registry' | 'principalFence' | 'audit' | 'pseudonyms' | 'cases' | 'clock'>,
  asked: QuarantineAsked,
): Promise<Quarantine> {
  const { principalFence, clock } = services;
  const { plan, planHash } = await planQuarantine(services, asked.principal);
  if (planHash !== asked.planHash) throw planChanged(asked, planHash);
  if (asked.caseId !== undefined) await caseNamed(services, asked.caseId);
  const standing = await putInForce(services, { ...asked, principal: plan.principal });
  const resolver = await lookAtResolver(services, standing);
  let layers: readonly LayerState[] = [];
  try {
    layers = await principalFence.close(standing.principal, clock.nowMs());
  } catch (error) {
    // The resolver refuses it; that the rest is not closed is said by the error, and stands in the audit.
    const why = error instanceof RekeyError ? error.code : 'unexpected';
    await saveLayers(services, standing, [resolver, policyFailed(why, clock.nowMs())], asked);
    throw error;
  }
  const seen = await saveLayers(services, standing, [resolver, ...layers], asked);
  // Two lifted it in between: what was closed after them is opened again.
  if (!isStanding(seen)) await principalFence.open(seen.principal);
  if (asked.caseId !== undefined) await noteOnCase(services, asked.caseId, seen, asked.by);
  return seen;
}

/** Every resolver asks for what stands before it hands anything out: what is read back there is what they refuse. */
async function lookAtResolver(
  { registry, clock }: Needs<'registry' | 'clock'>,
  { id }: Quarantine,
): Promise<LayerState> {
  const stands = (await registry.quarantines()).some((one) => one.id === id);
  const atMs = clock.nowMs();
  return stands
    ? { layer: 'resolver', state: 'observed', atMs, detail: 'it stands where each read looks first' }
    : { layer: 'resolver', state: 'asked', atMs, detail: 'it is not seen to stand' };
}

function policyFailed(why: string, atMs: number): LayerState {
  return { layer: 'policy', state: 'asked', atMs, detail: `it failed: ${why}` };
}

async function putInForce(
  services: Needs<'registry' | 'pseudonyms' | 'clock'>,
  asked: QuarantineAsked,
): Promise<Quarantine> {
  const { registry, clock } = services;
  const before = (await registry.quarantines()).find((one) => one.principal === asked.principal);
  if (before !== undefined) return before;
  const atMs = clock.nowMs();
  const { principal, reason, by, planHash, caseId } = asked;
  const called = await inTheChain(services, principal);
  const quarantine: Quarantine = {
    v: 1,
    id: quarantineId(called, atMs),
    principal,
    reason,
    by,
    atMs,
    ...given('caseId', caseId),
    planHash,
    layers: [{ layer: 'resolver', state: 'asked', atMs, detail: 'written' }],
    people: Object.fromEntries((await registry.people()).map((person) => [person.name, vouchedFor(person)])),
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
    // The plan has the name: by its hash a guess could be tried.
    reason: `${called}: ${reason}${called === principal ? `; plan ${planHash}` : ''}`,
  };
  // Of two at once one writes it; the other finds it standing.
  if (await registry.saveQuarantine(quarantine, [entry])) return { ...quarantine, revision: 1 };
  const standing = await registry.quarantineNamed(quarantine.id);
  if (standing === null) throw new Error(`${quarantine.id} was neither written nor there`);
  return standing;
}

/** As it is now, whoever else has changed it meanwhile. */
async function saveLayers(
  { registry, clock }: Needs<'registry' | 'clock'>,
  before: Quarantine,
  layers: readonly LayerState[],
  asked: QuarantineAsked,
): Promise<Quarantine> {
  const entries = layers.map(({ layer, state, detail }) =>
    layerEntry(before, asked, clock.nowMs(), `${layer} ${state}: ${detail}`),
  );
  for (let standing: Quarantine | null = before; standing !== null && isStanding(standing); ) {
    const seen: Quarantine = { ...standing, layers: [...layers] };
    if (await registry.saveQuarantine(seen, entries)) return { ...seen, revision: standing.revision + 1 };
    standing = await registry.quarantineNamed(before.id);
  }
  return (await registry.quarantineNamed(before.id)) ?? before;
}

function layerEntry(
  { id }: Quarantine,
  { by, source }: QuarantineAsked,
  atMs: number,
  reason: string,
): AuditEntry {
  return {
    v: 1,
    id: `quarantine:${id}:observe:${atMs}:${createHash('sha256').update(reason).digest('hex').slice(0, 8)}`,
    atMs,
    action: 'observe',
    outcome: 'success',
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
    const done = noted(record, { atMs: services.clock.nowMs(), who, what: 'quarantined', detail: id });
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
