import { logIn, type Seen } from '../../../../demo/login.ts';
import type { AuditEntry } from '../../../../shared/domain/audit/entry.ts';
import { RekeyError } from '../../../../shared/domain/errors.ts';
import type { IncidentRecord } from '../../../../shared/domain/incident.ts';
import type { SecretRef } from '../../../../shared/domain/secret-ref.ts';
import type { VersionRecord } from '../../../../shared/domain/version.ts';
import { executionsOf } from '../../../../shared/driver/executions.ts';
import { plainCause, type Step } from '../story.ts';
import type { Stage } from './world.ts';

/** What came of a story, in words that hold in every world: ids and times are named by what they stand for. */
export interface Told {
  readonly executions: readonly {
    readonly end: string;
    /** States left, by scope, a failed try as `State!Error`. What is done over and over is told once. */
    readonly paths: Readonly<Record<string, string>>;
  }[];
  readonly incident: {
    readonly state: string;
    readonly planHash: string;
    readonly epoch: number;
    readonly packets: number;
    readonly counts: IncidentRecord['counts'];
    /** Which of its moments have come. */
    readonly moments: readonly string[];
    readonly layers: Readonly<Record<string, string>>;
    readonly signed: readonly string[];
  } | null;
  /** Before the incident, and after it. */
  readonly before: Fates;
  readonly after: Fates;
  readonly secrets: Readonly<Record<string, SecretTold>>;
  /** How the word of each new version reached its consumer. */
  readonly deliveries: Readonly<Record<string, string>>;
  readonly keys: Readonly<Record<string, string>>;
  /** Entries of the incident. In order: those of one secret, of one layer's looks, of the incident as a whole. */
  readonly audit: Readonly<Record<string, readonly string[]>>;
}

type Fates = Readonly<Record<string, string>>;

interface SecretTold {
  readonly standing: string;
  readonly versions: readonly string[];
  /** What the target itself says to the value that was enrolled and to the one that readers get; or why the store gives none. */
  readonly logins: { readonly enrolled: Seen; readonly current: string };
}

const MOMENTS = [
  'containedAtMs',
  'cutAtMs',
  'reissuedAtMs',
  'provenAtMs',
  'reopenedAtMs',
  'sealedAtMs',
] as const;

/** Of entries written at the same moment the one that is the cause of the other comes first. */
const CAUSAL = [
  'incident-open',
  'fence',
  'key-close',
  'observe',
  'sign',
  'key-open',
  'unfence',
  'reopen',
  'key-destroy',
  'seal',
];

/** The fates of each secret's versions, in the order in which they were issued. */
export async function fatesOf({ place, refs }: Pick<Stage, 'place' | 'refs'>): Promise<Fates> {
  const versions = await place.services.registry.versions({ refs });
  const inOrder = versions.toSorted((a, b) => a.ordinal - b.ordinal);
  return Object.fromEntries(
    refs.map((ref) => [
      ref,
      inOrder
        .filter((version) => version.ref === ref)
        .map(({ fate }) => fate)
        .join(', '),
    ]),
  );
}

/** How many secrets end so. */
export const tally = (fates: Fates): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...Map.groupBy(Object.values(fates), (fate) => fate)].map(([fate, group]) => [fate, group.length]),
  );

export async function tell(stage: Stage): Promise<Told> {
  const { place, refs, className, incidentId } = stage;
  const { registry, keys, audit } = place.services;
  const [versions, epochKeys, incident, entries, deliveries] = await Promise.all([
    registry.versions({ refs }),
    keys.list(className),
    incidentId === null ? null : registry.incident(incidentId),
    incidentId === null ? [] : audit.find({ operation: incidentId }),
    incidentId === null ? [] : registry.deliveries(incidentId),
  ]);
  const named = namesFor(stage, versions, epochKeys);
  return {
    executions: await executionsTold(stage, named),
    incident:
      incident === null
        ? null
        : {
            state: incident.state,
            planHash: incident.planHash,
            epoch: incident.epoch,
            packets: incident.packets,
            counts: incident.counts,
            moments: MOMENTS.filter((moment) => incident[moment] !== undefined),
            layers: Object.fromEntries(
              incident.layers.map(({ layer, target, state, detail }) => [
                target === undefined ? layer : `${layer} ${target}`,
                named(`${state}: ${detail}`),
              ]),
            ),
            signed: incident.signatures.map(({ person }) => person).toSorted(),
          },
    before: stage.before,
    after: await fatesOf(stage),
    secrets: Object.fromEntries(
      await Promise.all(
        refs.map(async (ref) => [ref, await secretTold(stage, ref, versions, named)] as const),
      ),
    ),
    deliveries: Object.fromEntries(
      deliveries.map(({ ref, consumer, versionId, state }) => [
        `${ref} to ${consumer}`,
        named(`${versionId} ${state}`),
      ]),
    ),
    keys: Object.fromEntries(epochKeys.map(({ epoch, state }) => [`epoch ${epoch}`, state])),
    audit: auditTold(entries, named),
  };
}

type Naming = (text: string) => string;

/** Each id by what it stands for. */
function namesFor(
  { incidentId }: Stage,
  versions: readonly VersionRecord[],
  keys: readonly { readonly id: string; readonly epoch: number }[],
): Naming {
  const names = new Map<string, string>();
  if (incidentId !== null) names.set(incidentId, '<incident>');
  for (const { id, epoch } of keys) names.set(id, `<key of epoch ${epoch}>`);
  for (const { id, epoch, ordinal } of versions) names.set(id, `<version ${epoch}.${ordinal}>`);
  return (text) =>
    [...names]
      .reduce((words, [id, name]) => words.replaceAll(id, name), text)
      .replaceAll(/\b(127\.0\.0\.1):\d+/g, '$1:<port>')
      .replaceAll(/\boid \d+/g, 'oid <oid>')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');
}

async function executionsTold({ place, incidentId }: Stage, named: Naming): Promise<Told['executions']> {
  if (incidentId === null) return [];
  const executions = await executionsOf(place.services, incidentId);
  return Promise.all(
    executions.map(async ({ name, standing }) => {
      const scopes = await place.scopes(name);
      return {
        end:
          standing.status === 'failed'
            ? named(`failed: ${standing.error}: ${plainCause(standing.error, standing.cause)}`)
            : standing.status,
        paths: Object.fromEntries(
          Object.entries(scopes).map(([scope, steps]) => [scope, onceEach(steps.map(wordOf))]),
        ),
      };
    }),
  );
}

const wordOf = (step: Step) => ('error' in step ? `${step.state}!${step.error}` : step.state);

/** How often a sweep or a look was needed is a matter of time. */
function onceEach(states: readonly string[]): string {
  let told = '';
  let next = states.map((state) => `${state} `).join('');
  while (next !== told) {
    told = next;
    next = told.replaceAll(/(?<!\S)((?:\S+ )+?)\1+/g, '$1');
  }
  return told.trim();
}

async function secretTold(
  { place, passwords, roles }: Stage,
  ref: SecretRef,
  all: readonly VersionRecord[],
  named: Naming,
): Promise<SecretTold> {
  const { registry, store } = place.services;
  const [secret] = await registry.secrets([ref]);
  if (secret === undefined) throw new Error(`no ${ref}`);
  const { currentVersionId = '', rotation, cut, claim, epoch } = secret;
  const versions = all.filter((version) => version.ref === ref).toSorted((a, b) => a.ordinal - b.ordinal);
  const seen = async (password: string): Promise<Seen> => {
    const { host, port } = place.server;
    const access = { ref, host, port, database: 'postgres', user: roles.get(ref) ?? '' };
    const { seen, client } = await logIn(access, password);
    await client?.end();
    return seen;
  };
  const current = await store.read([{ ref, versionId: currentVersionId }], 'worker').then(
    ([value = '']) => seen(value),
    (error: unknown) => {
      if (error instanceof RekeyError) return error.code;
      throw error;
    },
  );
  return {
    standing: named(
      [
        `epoch ${epoch}, readers get ${currentVersionId}`,
        ...(rotation === undefined ? [] : [`stands at ${rotation.stage}`]),
        ...(rotation?.parked === undefined
          ? []
          : [
              `parked (${rotation.parked.sweepable ? 'swept' : 'for a person'}): ${rotation.parked.code}: ${rotation.parked.message}`,
            ]),
        ...(cut === undefined ? [] : [cut.wasOff ? 'was off before' : 'cut']),
        ...(claim === undefined ? [] : ['claimed']),
      ].join('; '),
    ),
    versions: versions.map((version) => named(versionTold(version))),
    logins: { enrolled: await seen(passwords.get(ref) ?? ''), current },
  };
}

function versionTold(version: VersionRecord): string {
  const { id, fate, keyId, reason, valueHeld, proven } = version;
  return [
    `${id} ${fate} under ${keyId}`,
    ...(['installedAtMs', 'promotedAtMs', 'revokedAtMs'] as const).filter(
      (moment) => version[moment] !== undefined,
    ),
    ...(valueHeld ? [] : ['its value held by nobody']),
    ...((reason ?? []).length === 0 ? [] : [`because ${reason}`]),
    ...(proven === undefined ? [] : [`seen: ${proven.evidence}`]),
  ].join('; ');
}

/** Whom people's own stage tells of an incident follows the chain, in its own time; one machine tells nobody by itself. */
const isOfTheStory = ({ recipient }: AuditEntry) => recipient === undefined;

function auditTold(all: readonly AuditEntry[], named: Naming): Told['audit'] {
  const entries = all.filter(isOfTheStory);
  const streams = Map.groupBy(entries, streamOf);
  return Object.fromEntries(
    [...streams]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([stream, own]) => {
        const lines = own.toSorted(inTheirOrder).map((entry) => named(entryTold(entry)));
        // How often it was tried is a matter of time, too.
        return [stream, lines.filter((line, index) => line !== lines[index - 1])];
      }),
  );
}

/** Entries that one hand wrote one after the other. */
function streamOf({ action, ref, target, consumer, reason = '' }: AuditEntry): string {
  // What the looks came to, contained or cut, is the incident's own.
  const looked = target ?? (reason.includes(':') ? reason.split(':')[0] : undefined);
  if (action === 'observe' && looked !== undefined) return `looks at the ${looked}`;
  if (ref === undefined) return 'the incident';
  if (consumer !== undefined) return `${ref} to ${consumer}`;
  return action === 'cut' ? `cut of ${ref}` : ref;
}

function inTheirOrder(a: AuditEntry, b: AuditEntry): number {
  if (a.ordinal !== undefined && a.action !== 'cut') return (a.ordinal ?? 0) - (b.ordinal ?? 0);
  return a.atMs - b.atMs || CAUSAL.indexOf(a.action) - CAUSAL.indexOf(b.action);
}

function entryTold(entry: AuditEntry): string {
  const { action, outcome, actor, source, versionId, epoch, fate, cause, reason } = entry;
  return [
    `${action} ${outcome} by ${actor.user} from ${source}`,
    ...(versionId === undefined ? [] : [`of ${versionId}`]),
    ...(epoch === undefined ? [] : [`epoch ${epoch}`]),
    ...(fate === undefined ? [] : [fate]),
    ...(cause === undefined ? [] : [cause]),
    ...(reason === undefined ? [] : [reason]),
  ].join('; ');
}
