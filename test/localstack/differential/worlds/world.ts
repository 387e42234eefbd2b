import type { Client } from 'pg';
import { adminClient, createLoginRoles } from '../../../../demo/postgres-servers.ts';
import { planBreakGlass } from '../../../../functions/plan-break-glass/handler.ts';
import { prepareSignature } from '../../../../functions/prepare-signature/handler.ts';
import { resumeIncident } from '../../../../functions/resume-incident/handler.ts';
import { startBreakGlass } from '../../../../functions/start-break-glass/handler.ts';
import { submitSignature } from '../../../../functions/submit-signature/handler.ts';
import { signWithKeyFile } from '../../../../local/ssh/sign.ts';
import { createLocalWorkers } from '../../../../local/workers.ts';
import type { Cause } from '../../../../shared/domain/cause.ts';
import { RekeyError } from '../../../../shared/domain/errors.ts';
import type { SecretRef } from '../../../../shared/domain/secret-ref.ts';
import { SIGNATURE_NAMESPACE } from '../../../../shared/domain/signature/ssh-signature.ts';
import { statementBytes } from '../../../../shared/domain/signature/statement.ts';
import { executionsOf } from '../../../../shared/driver/executions.ts';
import { noteIdentities } from '../../../../shared/driver/note-identities.ts';
import { putValues } from '../../../../shared/driver/put-values.ts';
import { type Consumer, openConsumer } from './consumer.ts';
import { type Enrolment, recordsOf } from './enrolment.ts';
import type { Place } from './place.ts';
import { createRoutine, type Routine } from './routine.ts';
import type { Signers } from './signers.ts';
import { fatesOf, tally } from './told.ts';

const RESPONDER = { user: 'responder', source: 'test' };
const CALL_MS = 60_000;
/** Nothing listens there. */
const NOWHERE = 1;
/** A world that comes to no rest in this time hangs. */
const REST_WITHIN_MS = 600_000;
/** Older than any class here allows. */
const OVER_AGE_MS = 40 * 86_400_000;

export interface BreakGlass {
  readonly cause?: Cause;
  readonly cutNow?: boolean;
  readonly principal?: string;
  /** The one secret that it is about. */
  readonly secret?: SecretRef;
}

/** What people do, and the world that does as they say. Nothing in a story knows which one. */
export interface World extends Routine {
  /** The secrets that were enrolled, in their order, and the role of each at its target; from 1. */
  secret(nth: number): SecretRef;
  role(nth: number): string;
  enrol(given: Enrolment): Promise<void>;
  /** The target stands elsewhere from now on than where it is looked for, or is found again. */
  lose(target: string): Promise<void>;
  find(target: string): Promise<void>;
  /** Another value for the admin credential of a target; by default the one that it takes. */
  putAdmin(target: string, value?: string): Promise<void>;
  /** As the target's own administrator. */
  atTarget(work: (client: Client) => Promise<unknown>): Promise<void>;
  plan(request?: BreakGlass): Promise<string>;
  editPlan(planHash: string): Promise<void>;
  /** Begins what was planned, and goes on at once. `meanwhile`: after the plan was looked at, before the machine looks at it. */
  start(planHash: string, meanwhile?: () => Promise<void>): Promise<void>;
  /** Waits until it is over, or waits for people. */
  rest(): Promise<void>;
  /** Begins and waits: until it is over, or waits for people. */
  breakGlass(request?: BreakGlass): Promise<void>;
  /** Asks for the first execution by its name once more. */
  repeatStart(): Promise<void>;
  stop(): Promise<void>;
  resume(): Promise<{ readonly joined: boolean }>;
  /** The people whose signatures count afterwards, or the code of the refusal. With enough of them it waits for the rest. */
  sign(person: string): Promise<readonly string[] | string>;
  /** Waits until each secret is re-issued and proven, or set aside. */
  untilAdvanced(): Promise<void>;
  /** How many secrets have versions of these fates, in the order in which they were issued. */
  fates(): Promise<Readonly<Record<string, number>>>;
}

/** Everything about a story's end that {@link World} does not show to the story itself. */
export interface Stage {
  readonly place: Place;
  readonly className: string;
  readonly refs: readonly SecretRef[];
  /** What was enrolled, by reference. */
  readonly passwords: ReadonlyMap<SecretRef, string>;
  readonly roles: ReadonlyMap<SecretRef, string>;
  /** Fates as enrolled. */
  readonly before: Awaited<ReturnType<typeof fatesOf>>;
  /** The incident's id; null where none was ever asked for. */
  readonly incidentId: string | null;
  /** Executions of the schedule, in the order in which they were started. */
  readonly runs: readonly string[];
  /** Null where nobody asked for a rotation. */
  readonly requestId: string | null;
}

export function createWorld(
  place: Place,
  name: string,
  signers: Signers,
): World & { stage(): Stage; close(): Promise<void> } {
  const { services, server } = place;
  const { registry, clock } = services;
  const className = name;
  const roles = new Map<SecretRef, string>();
  const passwords = new Map<SecretRef, string>();
  let before: Stage['before'] = {};
  let consumer: Consumer | undefined;
  let records: ReturnType<typeof recordsOf> | undefined;
  let incidentId: string | null = null;
  let startedWith: Parameters<typeof services.workflows.startBreakGlass>[1] | undefined;

  const context = () => ({ untilMs: clock.nowMs() + CALL_MS, caller: RESPONDER });
  const incidentNow = () => {
    if (incidentId === null) throw new Error('no incident yet');
    return incidentId;
  };
  const refs = () => [...passwords.keys()];
  const targetId = (target: string) => `${name}-${target}`;
  const tokenNow = async () => (await registry.incident(incidentNow()))?.reopenToken;

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const untilMs = clock.nowMs() + REST_WITHIN_MS;
    while (!(await holds())) {
      if (clock.nowMs() > untilMs) throw new Error(`${name}: ${what} never came`);
      await clock.sleep(place.lookEveryMs);
    }
  }

  const routine = createRoutine({ place, className, signers, refs, until });

  /** `token`: what it waited on before, where it did. */
  const rest = (token?: string) =>
    until('its rest', async () => {
      const newest = (await executionsOf(services, incidentNow())).at(-1);
      if (newest?.standing.status === 'succeeded' || newest?.standing.status === 'failed') return true;
      const incident = await registry.incident(incidentNow());
      return incident?.state === 'awaiting-reopen' && incident.reopenToken !== token;
    });

  async function stand(target: string, port: number): Promise<void> {
    const found = records?.targets.find(({ id }) => id === targetId(target));
    if (found === undefined) throw new Error(`no target ${target}`);
    const moved = { ...found, connection: { ...found.connection, port } };
    await registry.applyEnrolment([{ put: { targets: [moved] }, remove: {}, entries: [] }]);
  }

  const world: ReturnType<typeof createWorld> = {
    ...routine.routine,
    secret: (nth) => nthOf(refs(), nth),
    role: (nth) => nthOf([...roles.values()], nth),

    async enrol({ secrets, firstRoundOnly = false, consumer: told = false, rotation }) {
      if (told) consumer = await openConsumer();
      const enrolled = Object.entries(secrets).flatMap(([target, count]) =>
        Array.from({ length: count }, (_, index) => ({
          ref: `vault://${name}/${target}/s${index + 1}` as SecretRef,
          target: targetId(target),
          role: `${name}_${target}_${index + 1}`,
          password: `old-${target}-${index + 1}`,
        })),
      );
      for (const { ref, role, password } of enrolled) {
        roles.set(ref, role);
        passwords.set(ref, password);
      }
      const targets = Object.keys(secrets).map(targetId);
      const consumers = consumer === undefined ? {} : { [name]: consumer };
      const byPeople = [
        ...targets.map((id) => ({ ref: `vault://admin/${id}`, value: server.adminPassword })),
        ...Object.entries(consumers).map(([id, { signingKey: value }]) => ({
          ref: `vault://webhooks/${id}`,
          value,
        })),
      ];
      records = recordsOf({
        className,
        server,
        people: signers.people,
        targets,
        consumers,
        byPeople: byPeople.map(({ ref }) => ref),
        enrolled,
        rotation,
        firstRoundOnly,
      });
      await createLoginRoles(server, enrolled);
      await registry.applyEnrolment([{ put: records, remove: {}, entries: [] }]);
      const by = { user: 'tester', source: 'test', replace: false };
      await putValues(services, byPeople, by);
      const ageMs = rotation?.isDue === true ? OVER_AGE_MS : 0;
      await putValues(
        { ...services, clock: { ...clock, nowMs: () => clock.nowMs() - ageMs } },
        enrolled.map(({ ref, password }) => ({ ref, value: password })),
        by,
      );
      await noteIdentities(
        services,
        enrolled.map(({ ref }) => ref),
      );
      before = await fatesOf({ place, refs: refs() });
    },

    lose: (target) => stand(target, NOWHERE),
    find: (target) => stand(target, server.port),

    async putAdmin(target, value = server.adminPassword) {
      const ref = `vault://admin/${targetId(target)}`;
      await putValues(services, [{ ref, value }], { user: 'tester', source: 'test', replace: true });
    },

    async atTarget(work) {
      const client = adminClient(server);
      await client.connect();
      try {
        await work(client);
      } finally {
        await client.end();
      }
    },

    async plan({ cause = 'values-leaked', cutNow = false, principal, secret } = {}) {
      const { planHash } = await planBreakGlass.invoke(
        services,
        {
          v: 1,
          scope: { className, ...(secret === undefined ? {} : { secretRef: secret }) },
          cause,
          cutNow,
          ...(principal === undefined ? {} : { principal }),
        },
        context(),
      );
      return planHash;
    },
    editPlan: (planHash) => place.editPlan(planHash),

    async start(planHash, meanwhile) {
      const asked = {
        ...services,
        workflows: {
          ...services.workflows,
          async startBreakGlass(...[id, input]: Parameters<typeof services.workflows.startBreakGlass>) {
            startedWith = input;
            incidentId = id;
            await meanwhile?.();
            await services.workflows.startBreakGlass(id, input);
          },
        },
      };
      await startBreakGlass.invoke(asked, { v: 1, planHash, confirmedAtMs: clock.nowMs() }, context());
    },
    rest: () => (routine.begun() ? routine.rest() : rest()),
    async breakGlass(request) {
      await world.start(await world.plan(request));
      await rest();
    },
    async repeatStart() {
      if (startedWith === undefined) throw new Error('nothing was started');
      await services.workflows.startBreakGlass(incidentNow(), startedWith);
      await rest();
    },
    async stop() {
      const newest = (await executionsOf(services, incidentNow())).at(-1);
      await place.stop(newest?.name ?? '');
    },
    async resume() {
      const token = await tokenNow();
      // As the CLI does before each of its calls.
      await services.workflows.carryOn();
      const { joined } = await resumeIncident.invoke(
        services,
        { v: 1, incidentId: incidentNow() },
        context(),
      );
      await rest(token);
      return { joined };
    },
    async sign(person) {
      const about = { v: 1, incidentId: incidentNow(), purpose: 'reopen' } as const;
      const token = await tokenNow();
      try {
        const { statement } = await prepareSignature.invoke(services, about, context());
        const armored = await signWithKeyFile({
          keyFile: signers.keyFile(person),
          namespace: SIGNATURE_NAMESPACE,
          message: statementBytes(statement),
        });
        const { enough, counted } = await submitSignature.invoke(
          { ...services, workers: createLocalWorkers(services) },
          { ...about, person, armored, expiresAtMs: statement.expiresAtMs },
          context(),
        );
        if (enough) await rest(token);
        return counted;
      } catch (error) {
        if (error instanceof RekeyError) return error.code;
        throw error;
      }
    },
    untilAdvanced: () =>
      until('what it can do', async () =>
        (await registry.secrets(refs())).every(
          ({ epoch, rotation }) => (epoch > 1 && rotation === undefined) || rotation?.parked !== undefined,
        ),
      ),
    fates: async () => tally(await fatesOf({ place, refs: refs() })),
    stage: () => ({
      place,
      className,
      refs: refs(),
      passwords,
      roles,
      before,
      incidentId,
      ...routine.told(),
    }),
    close: async () => consumer?.close(),
  };
  return world;
}

function nthOf<T>(all: readonly T[], nth: number): T {
  const found = all[nth - 1];
  if (found === undefined) throw new Error(`there are ${all.length}, no ${nth}`);
  return found;
}
