import type { EngineOptions } from '../../local/engine/engine.ts';
import type { MachineName } from '../../local/engine/machines.ts';
import type { State } from '../../local/state.ts';
import type { Cause } from '../../shared/domain/cause.ts';
import type { Scope } from '../../shared/domain/class.ts';
import type { IncidentRecord } from '../../shared/domain/incident.ts';
import type { Person } from '../../shared/domain/person.ts';
import type { RoutinePolicy } from '../../shared/domain/routine-policy.ts';
import type { RotationPolicy } from '../../shared/domain/schedule/rotation-policy.ts';
import { type SecretRecord, STATIC_KIND } from '../../shared/domain/secret.ts';
import type { SecretRef } from '../../shared/domain/secret-ref.ts';
import { advanceBatch, type BatchReport } from '../../shared/driver/advance-batch.ts';
import { putValues } from '../../shared/driver/put-values.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Notifier } from '../../shared/ports/notifier.ts';
import type { EnrolmentChange } from '../../shared/ports/registry.ts';
import type { Rotator } from '../../shared/rotators/rotator.ts';
import { aClass, aConsumer, aSecret, aTarget } from '../contracts/records.ts';
import { createIncidentRuns } from './incident-runs.ts';
import { MemoryTarget } from './memory-target.ts';
import { aRotation } from './rotating.ts';
import { aState } from './state.ts';

export interface WorldOptions {
  readonly secrets?: number;
  readonly targets?: number;
  readonly people?: readonly Person[];
  readonly deadlineMs?: number;
  /** Of the class `payments`. Left out: it does not rotate by itself. */
  readonly rotation?: Partial<RotationPolicy>;
  readonly notifier?: Notifier;
  /** The machine's clock, for the engine and for whoever asks it. Default: the real one. */
  readonly clock?: Clock;
  readonly onHeld?: NonNullable<EngineOptions['onHeld']>;
  /** Stands in the place of the first target, and makes its credentials itself. */
  readonly issuer?: IssuerOfWorld;
}

/** Makes the credentials of its accounts, which are `{ role, handle }`. */
export interface IssuerOfWorld {
  readonly adminPassword: string;
  readonly connection?: Readonly<Record<string, unknown>>;
  rotator(kind: string): Rotator;
  /** One that was there before Rekey; answers its handle, where anybody knows it. */
  add(role: string, value: string): string | undefined;
}

/** An hour of grace after the confirmations, which may take an hour. */
const ROUTINE: RoutinePolicy = {
  graceMs: 3_600_000,
  confirm: { withinMs: 3_600_000, otherwise: 'keep' },
};

/** What a test's break-glass may have apart from its cause. */
export interface BreakGlassMore {
  readonly cutNow?: boolean;
  readonly scope?: Partial<Scope>;
  readonly principal?: string;
  /** By the asker's clock. Default: now, by the machine's. */
  readonly confirmedAtMs?: number;
}

/** One class `payments` over targets in memory, on the real state: registry, store, keys, audit, engine. */
export interface World {
  readonly home: string;
  readonly state: State;
  readonly targets: readonly MemoryTarget[];
  readonly refs: readonly SecretRef[];
  /** The first target: what most stories are about. */
  readonly target: MemoryTarget;
  plan(cause?: Cause, more?: BreakGlassMore): Promise<string>;
  /** Runs the whole machine until it ends or waits for people. */
  breakGlass(cause?: Cause, more?: BreakGlassMore): Promise<IncidentRecord>;
  run(execution: string, input: object, machine?: MachineName): Promise<void>;
  /** The scheduled machine, once. `refs`: these to their end. */
  runSchedule(execution: string, refs?: readonly string[]): Promise<void>;
  /** An engine as the next command starts it. */
  carryOn(): Promise<void>;
  /** Tells the engine to end, as SIGTERM does: it lets go at the next transition. */
  endEngine(): void;
  /** As a person stops an execution by hand, while no engine is at it. */
  stopWorkflow(execution: string): Promise<void>;
  /** One worker's invocation, as the machine makes it. */
  advance(operation?: string, epoch?: number, again?: boolean): Promise<BatchReport>;
  /** One worker's invocation as routine; what is not under way begins where `starts`. Its time is the machine's. */
  rotate(
    operation?: string,
    more?: Partial<RoutinePolicy> & { readonly starts?: boolean; readonly byItself?: boolean },
  ): Promise<BatchReport>;
  secret(index?: number): Promise<SecretRecord>;
  /** What a consumer reads now. */
  value(index?: number): Promise<string>;
  fates(): Promise<Record<string, number>>;
}

function accountOf(role: string, handle: string | undefined): Record<string, string> {
  return { role, ...(handle === undefined ? {} : { handle }) };
}

export async function aWorld(options: WorldOptions = {}): Promise<World> {
  const { secrets = 1, targets: targetCount = 1, people = [], deadlineMs = 2_000 } = options;
  const targets = Array.from({ length: targetCount }, () => new MemoryTarget());
  const rotators = {
    ...Object.fromEntries(
      targets.map((target, index) => [`memory${index}`, target.rotator(`memory${index}`)]),
    ),
    ...(options.issuer === undefined ? {} : { memory0: options.issuer.rotator('memory0') }),
  };
  const notifier: Notifier = options.notifier ?? { tell: async () => ({ state: 'confirmed' }) };
  const { clock, onHeld } = options;
  const stateOptions = { rotators, notifier, ...(clock === undefined ? {} : { clock }) };
  const state = aState(stateOptions);
  const { home } = state;
  const refs = Array.from({ length: secrets }, (_, index) => `vault://prod/payments/s${index}` as const);
  const byHand = (ref: SecretRef, role: string): SecretRecord => ({
    ...aSecret(ref, 'admins', ''),
    tenant: 'platform',
    kind: STATIC_KIND,
    account: { role },
    consumers: [],
  });
  const everything: EnrolmentChange = {
    put: {
      classes: ['payments', 'admins'].map((name) => {
        const { policy, ...rest } = aClass(name);
        const { rotation } = name === 'payments' ? options : {};
        return {
          ...rest,
          policy: {
            ...policy,
            breakGlass: { deadlineMs },
            ...(rotation === undefined ? {} : { rotation: aRotation(rotation) }),
          },
        };
      }),
      targets: targets.map((_, index) => ({
        ...aTarget(`db${index}`),
        kind: `memory${index}`,
        connection: index === 0 ? (options.issuer?.connection ?? {}) : {},
      })),
      secrets: [
        ...targets.map((_, index) => byHand(`vault://admin/db${index}`, 'admin')),
        byHand('vault://webhooks/checkout', 'key'),
        ...refs.map((ref, index) => ({
          ...aSecret(ref, 'payments', `db${index % targetCount}`),
          kind: `memory${index % targetCount}`,
          account: accountOf(`r${index}`, options.issuer?.add(`r${index}`, `old-${index}`)),
        })),
      ],
      consumers: [{ ...aConsumer('checkout'), url: 'http://127.0.0.1:9' }],
      people,
    },
    remove: {},
    entries: [],
  };
  await state.services.registry.applyEnrolment([everything]);
  await putValues(
    state.services,
    [
      ...targets.map((_, index) => ({
        ref: `vault://admin/db${index}`,
        value: index === 0 ? (options.issuer?.adminPassword ?? 'admin') : 'admin',
      })),
      { ref: 'vault://webhooks/checkout', value: 'whsec_AAAA' },
      ...refs.map((ref, index) => ({ ref, value: `old-${index}` })),
    ],
    { user: 'tester', source: 'test', replace: false },
  );
  for (const [index] of refs.entries()) targets[index % targetCount]?.addRole(`r${index}`, `old-${index}`);

  const runs = createIncidentRuns(state, { ...stateOptions, ...(onHeld === undefined ? {} : { onHeld }) });
  const world: World = {
    home,
    state,
    targets,
    refs,
    get target() {
      return targets[0] as MemoryTarget;
    },
    plan: (cause = 'values-leaked', { cutNow = false, scope, principal } = {}) =>
      runs.plan({
        scope: { className: 'payments', ...scope },
        cause,
        cutNow,
        ...(principal === undefined ? {} : { principal }),
      }),
    async breakGlass(cause, more) {
      return runs.breakGlass(await world.plan(cause, more), more?.confirmedAtMs);
    },
    run: runs.run,
    runSchedule: (execution, only = []) => runs.run(execution, { v: 1, refs: only }, 'scheduled-rotation'),
    carryOn: runs.carryOn,
    endEngine: runs.endEngine,
    stopWorkflow: runs.stopWorkflow,
    async advance(operation = 'inc-test', epoch = 2, again = false) {
      const key = await state.services.keys.ensure('payments', epoch, 'open');
      return advanceBatch(state.services, {
        operation: { id: operation, epoch, keyId: key.id },
        acting: { user: 'responder', operation, source: 'test' },
        targetId: 'db0',
        className: 'payments',
        refs,
        again,
        through: undefined,
        untilMs: Date.now() + 30_000,
      });
    },
    async rotate(operation = 'rot-test', { starts = true, byItself = true, ...more } = {}) {
      const { registry, keys, clock: now } = state.services;
      const { epoch = 1 } = (await registry.classNamed('payments')) ?? {};
      const key = await keys.ensure('payments', epoch, 'open');
      return advanceBatch(state.services, {
        operation: { id: operation, epoch, keyId: key.id },
        routine: { policy: { ...ROUTINE, ...more }, mayStart: () => starts, byItself },
        acting: { user: 'scheduler', operation, source: 'test' },
        targetId: 'db0',
        className: 'payments',
        refs,
        again: false,
        through: undefined,
        untilMs: now.nowMs() + 30_000,
      });
    },
    async value(index = 0) {
      const { value } = await state.resolver.read(refs[index] ?? '', { user: 'service', source: 'test' });
      return value;
    },
    async secret(index = 0) {
      const [secret] = await state.services.registry.secrets([refs[index] as SecretRef]);
      if (secret === undefined) throw new Error('no secret');
      return secret;
    },
    async fates() {
      const versions = await state.services.registry.versions({ refs });
      return Object.fromEntries(
        [...Map.groupBy(versions, (version) => version.fate)].map(([fate, group]) => [fate, group.length]),
      );
    },
  };
  return world;
}
