import { logIn, type Seen } from '../../../../demo/login.ts';
import { RekeyError } from '../../../../shared/domain/errors.ts';
import type { IncidentRecord } from '../../../../shared/domain/incident.ts';
import type { SecretRef } from '../../../../shared/domain/secret-ref.ts';
import type { VersionRecord } from '../../../../shared/domain/version.ts';
import { auditTold } from './audit-told.ts';
import { type ExecutionTold, executionsTold } from './executions-told.ts';
import { type Naming, namesFor } from './naming.ts';
import { type RequestTold, requestTold } from './request-told.ts';
import type { Stage } from './world.ts';

/** What came of a story, in words that hold in every world: ids and times are named by what they stand for. */
export interface Told {
  readonly executions: readonly ExecutionTold[];
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
  readonly request: RequestTold | null;
  /** As enrolled, and after all that happened. */
  readonly before: Fates;
  readonly after: Fates;
  readonly secrets: Readonly<Record<string, SecretTold>>;
  /** How the word of each new version reached its consumer. */
  readonly deliveries: Readonly<Record<string, string>>;
  readonly keys: Readonly<Record<string, string>>;
  /** Entries of all that was done. In order: those of one secret, of one layer's looks, of the incident or request as a whole. */
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
  const { place, refs, className, incidentId, requestId } = stage;
  const { registry, keys, audit } = place.services;
  const [versions, epochKeys, incident, request, entries, deliveries] = await Promise.all([
    registry.versions({ refs }),
    keys.list(className),
    incidentId === null ? null : registry.incident(incidentId),
    requestId === null ? null : registry.request(requestId),
    ofEach(operationsOf(stage), (operation) => audit.find({ operation })),
    ofEach(operationsOf(stage), (operation) => registry.deliveries(operation)),
  ]);
  const named = namesFor(stage, { versions, epochKeys, request });
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
    request: request === null ? null : requestTold(request, named),
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

/** Everything in whose name something was done. */
function operationsOf({ incidentId, requestId, runs }: Stage): string[] {
  return [incidentId, requestId, ...runs].flatMap((id) => id ?? []);
}

async function ofEach<T>(ids: readonly string[], find: (id: string) => Promise<T[]>): Promise<T[]> {
  return (await Promise.all(ids.map(find))).flat();
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
