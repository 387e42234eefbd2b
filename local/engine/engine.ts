import { judgeReads } from '../../functions/judge-reads/handler.ts';
import { tellPeople } from '../../functions/tell-people/handler.ts';
import { isOfState, RekeyError } from '../../shared/domain/errors.ts';
import { lookAtJudging } from '../../shared/driver/look-at-judging.ts';
import { signingKeysOf } from '../../shared/driver/signing-keys.ts';
import { tellDue } from '../../shared/driver/tell-due.ts';
import { tellNotices } from '../../shared/driver/tell-notices.ts';
import type { AuditCursor } from '../../shared/ports/audit-cursor.ts';
import type { DetectorStates } from '../../shared/ports/detector-states.ts';
import { isDiskFull } from '../disk-full.ts';
import { pathsIn } from '../home.ts';
import { createInterpreter, type Interpreter } from '../interpreter/interpreter.ts';
import { createSqliteJournal } from '../interpreter/sqlite-journal.ts';
import { takeInLateReads } from '../late-reads.ts';
import { createSqliteAuditCursor } from '../sqlite/audit-cursor.ts';
import { isStateLocked } from '../sqlite/database.ts';
import { createSqliteDetectorStates } from '../sqlite/detector-states.ts';
import { createStartRequests } from '../sqlite/start-requests.ts';
import { createUnjudged } from '../sqlite/unjudged.ts';
import { openState, type State, type StateOptions } from '../state.ts';
import { FUNCTIONS } from './functions.ts';
import { type EngineLock, takeEngineLock } from './lock.ts';
import { loadNamed, MACHINES } from './machines.ts';
import { Schedule } from './schedule.ts';

/** How long a function may take; a batch stops before and hands back what is left. */
const INVOCATION_MS = 100_000;
/** How often the engine looks for what other processes ask: a look costs microseconds. */
const LOOK_EVERY_MS = 5;
const CHAIN_EVERY_MS = 250;
/** A read is judged after it was chained: who waits for the finding waits for both. */
const CHAIN_READS_EVERY_MS = 25;
const SAY_HELD_EVERY_MS = 60_000;
/** Who failed beside everything else is tried again after so long. */
const AGAIN_MS = 60_000;
/** On AWS a rule does it as often. */
const LOOK_AT_JUDGING_EVERY_MS = 900_000;

export interface EngineOptions extends StateOptions {
  /** Rotates by itself what is due, and never idles: `rekey serve`. Default false. */
  readonly serves?: boolean;
  /** Nothing begins by itself as long as it fails; everything else goes on. */
  readonly onScheduleFailed?: (error: unknown) => void;
  /** Nothing is judged until it goes well again; it is tried again after a minute, and everything else goes on. */
  readonly onJudgeFailed?: (error: unknown) => void;
  /** Reads that waited for the audit stay where they are; it is tried again after a minute, and everything else goes on. */
  readonly onLateReadsFailed?: (error: unknown) => void;
  /** After each look: that it is alive. */
  readonly onLooked?: (atMs: number) => void;
  /** With nothing under way for this long the process ends; the next command starts another. Default one minute. */
  readonly idleMs?: number;
  /** Ends the engine as the process's end would: nothing is tidied, the next one carries on. */
  readonly signal?: AbortSignal;
  readonly onStarted?: () => void;
  readonly onCarriedOn?: (names: readonly string[]) => void;
  /** Another process holds the state, and the engine waits for it: said once a minute. */
  readonly onHeld?: (error: RekeyError) => void;
}

/**
 * Runs the workflows of one state directory until idle or told to end. False where another engine holds it. What a killed
 * engine left under way is carried on first. A state that another process holds is waited for. Where the state cannot be
 * written at all it throws `disk-full`: nothing is recorded as failed, the next engine carries on.
 */
export async function runEngine(home: string, options: EngineOptions = {}): Promise<boolean> {
  const lock = await takeLockSoon(home);
  if (lock === null) return false;
  try {
    options.onStarted?.();
    const state = openState(home, options);
    try {
      await new Engine(state, options).run();
    } finally {
      state.close();
    }
    return true;
  } finally {
    lock.release();
  }
}

class Engine {
  readonly #state: State;
  readonly #options: EngineOptions;
  readonly #interpreters: ReadonlyMap<string, Interpreter>;
  readonly #requests: ReturnType<typeof createStartRequests>;
  readonly #running = new Set<string>();
  readonly #schedule: Schedule | undefined;
  #saidHeldMs = Number.NEGATIVE_INFINITY;
  #ending = false;
  #chainedMs = 0;
  #telling: Promise<void> | undefined;
  #judging: Promise<void> | undefined;
  /** Place of the chain up to which there was nothing left to judge. */
  #judgedSeq = 0;
  #judgeFailedMs = Number.NEGATIVE_INFINITY;
  #lookedAtJudgingMs = Number.NEGATIVE_INFINITY;
  #lateFailedMs = Number.NEGATIVE_INFINITY;
  readonly #judged: AuditCursor;
  readonly #states: DetectorStates;
  readonly #unjudged: ReturnType<typeof createUnjudged>;
  /** The last round found nobody to tell, and nothing was under way when it looked. */
  #allTold = false;
  readonly #told: AuditCursor;
  #followedMs = 0;
  /** What it cannot go on with. */
  #broken: unknown;

  constructor(state: State, options: EngineOptions) {
    this.#state = state;
    this.#options = options;
    this.#requests = createStartRequests(state.database);
    const { clock, random, manifests } = state.services;
    if (options.serves === true)
      this.#schedule = new Schedule(state.services, this.#requests, (error) =>
        options.onScheduleFailed?.(error),
      );
    this.#told = createSqliteAuditCursor(state.database, 'told', { clock, random });
    this.#judged = createSqliteAuditCursor(state.database, 'judged', { clock, random });
    this.#states = createSqliteDetectorStates(state.database);
    this.#unjudged = createUnjudged(state.database);
    this.#interpreters = new Map(
      MACHINES.map((machine) => [
        machine,
        createInterpreter({
          machine: loadNamed(machine),
          journal: createSqliteJournal(state.database, machine),
          clock,
          random,
          readItems: async ({ Bucket, Key }) => manifests.read(String(Bucket), String(Key)),
          invoke: (name, payload, signal) => this.#invoke(name, payload, signal),
        }),
      ]),
    );
  }

  async run(): Promise<void> {
    const { clock } = this.#state.services;
    const { idleMs = 60_000 } = this.#options;
    try {
      const carriedOn: string[] = [];
      for (const interpreter of this.#interpreters.values()) {
        const names = await interpreter.resumeAll();
        for (const name of names) this.#follow(interpreter, name);
        carriedOn.push(...names);
      }
      if (carriedOn.length > 0) this.#options.onCarriedOn?.(carriedOn);
      let lastBusyMs = clock.nowMs();
      while (this.#options.signal?.aborted !== true && this.#broken === undefined) {
        const busy = await this.#look();
        this.#options.onLooked?.(clock.nowMs());
        if (busy || this.#options.serves === true) lastBusyMs = clock.nowMs();
        else if (Math.abs(clock.nowMs() - lastBusyMs) >= idleMs) break;
        await clock.sleep(LOOK_EVERY_MS, this.#options.signal);
      }
    } catch (error) {
      this.#broken ??= error;
    }
    this.#ending = true;
    await this.#stop();
    await Promise.all([this.#telling, this.#judging]);
    if (this.#broken !== undefined) throw this.#broken;
    await this.#unlessHeld(() => this.#state.services.audit.chainPending());
  }

  /** What other processes ask, what is due to be told, what is to be chained. Whether anything is under way. */
  async #look(): Promise<boolean> {
    const { services } = this.#state;
    const telling = this.#tellBeside();
    await this.#unlessHeld(async () => {
      await this.#schedule?.look((prefix) => [...this.#running].some((name) => name.startsWith(prefix)));
      for (const request of this.#requests.waiting()) {
        const interpreter = this.#interpreters.get(request.machine);
        if (interpreter === undefined) throw new Error(`no machine ${request.machine}`);
        await interpreter.start(request.name, request.input);
        this.#requests.took(request.name);
        this.#follow(interpreter, request.name);
      }
      const nowMs = services.clock.nowMs();
      const sinceMs = Math.abs(nowMs - this.#chainedMs);
      if (sinceMs >= CHAIN_EVERY_MS || (sinceMs >= CHAIN_READS_EVERY_MS && this.#unjudged.unchained())) {
        await this.#takeInLate(nowMs);
        const { seq } = await services.audit.chainPending();
        this.#chainedMs = nowMs;
        this.#judgeBeside(seq);
      }
    });
    return this.#running.size > 0 || telling || !this.#allTold || this.#judging !== undefined;
  }

  /** One round after the other: a consumer that takes its time holds up no look. Whether one of before is under way. */
  #tellBeside(): boolean {
    if (this.#telling !== undefined) return true;
    const more = this.#running.size > 0;
    this.#telling = this.#unlessHeld(() => this.#tell())
      .then((told) => {
        this.#allTold = told === 0 && !more;
      })
      .catch((error: unknown) => this.#breakOff(error))
      .finally(() => {
        this.#telling = undefined;
      });
    return false;
  }

  /** What cannot be taken in stays where it is, and ends nothing that the engine has under way. */
  async #takeInLate(nowMs: number): Promise<void> {
    if (Math.abs(nowMs - this.#lateFailedMs) < AGAIN_MS) return;
    try {
      await takeInLateReads(this.#state.services, pathsIn(this.#state.home).lateReads);
    } catch (error) {
      if (isOfState(error)) throw error;
      this.#lateFailedMs = nowMs;
      this.#options.onLateReadsFailed?.(error);
    }
  }

  /** What is chained, up to here, judged beside everything else; one round after the other. */
  #judgeBeside(seq: number): void {
    if (this.#judging !== undefined) return;
    const nowMs = this.#state.services.clock.nowMs();
    const looks =
      this.#options.serves === true && Math.abs(nowMs - this.#lookedAtJudgingMs) >= LOOK_AT_JUDGING_EVERY_MS;
    if (!looks) {
      if (seq <= this.#judgedSeq) return;
      // Of everything else nothing is judged, and a place that is noted costs a commit.
      if (!this.#unjudged.after(this.#judgedSeq)) {
        this.#judgedSeq = seq;
        return;
      }
    }
    if (Math.abs(nowMs - this.#judgeFailedMs) < AGAIN_MS) return;
    this.#judging = this.#unlessHeld(() => this.#judge(seq, looks))
      .catch((error: unknown) => {
        if (isOfState(error)) return this.#breakOff(error);
        // Who cannot judge ends no break-glass that the engine has under way.
        this.#judgeFailedMs = nowMs;
        this.#options.onJudgeFailed?.(error);
      })
      .finally(() => {
        this.#judging = undefined;
      });
  }

  async #judge(seq: number, looks: boolean): Promise<void> {
    const { audit, ...rest } = this.#state.services;
    const services = { ...rest, audit, chained: audit, states: this.#states, judged: this.#judged };
    if (looks) {
      this.#lookedAtJudgingMs = services.clock.nowMs();
      await lookAtJudging(services);
    }
    const { left } = await judgeReads.invoke(
      services,
      { v: 1 },
      { untilMs: services.clock.nowMs() + INVOCATION_MS },
    );
    if (left === 0 && (await this.#judged.seq()) >= seq) this.#judgedSeq = seq;
  }

  /** Consumers and people, those that the chain has news for among them. How many were tried. */
  async #tell(): Promise<number> {
    const { services } = this.#state;
    const nowMs = services.clock.nowMs();
    if (Math.abs(nowMs - this.#followedMs) >= CHAIN_EVERY_MS) {
      this.#followedMs = nowMs;
      const { seq } = await services.audit.head();
      if (seq > (await this.#told.seq())) {
        const context = { untilMs: nowMs + INVOCATION_MS };
        await tellPeople.invoke(
          { ...services, chained: services.audit, told: this.#told },
          { v: 1 },
          context,
        );
      }
    }
    const tried = await Promise.all([tellDue(services), tellNotices(services, signingKeysOf(services))]);
    return tried[0] + tried[1];
  }

  #follow(interpreter: Interpreter, name: string): void {
    this.#running.add(name);
    interpreter.whenDone(name).then(
      () => this.#running.delete(name),
      (error: unknown) => {
        if (!this.#ending) this.#breakOff(error);
      },
    );
  }

  /** Undefined while another process holds the state: the next look does it. */
  async #unlessHeld<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#noteHeld(error);
      return undefined;
    }
  }

  #noteHeld(error: unknown): void {
    if (!(error instanceof RekeyError) || !isStateLocked(error)) throw error;
    const nowMs = this.#state.services.clock.nowMs();
    if (Math.abs(nowMs - this.#saidHeldMs) < SAY_HELD_EVERY_MS) return;
    this.#saidHeldMs = nowMs;
    this.#options.onHeld?.(error);
  }

  /** A function is safe to call again: while the state is held it is, so that a retry's tries are not spent on waiting. */
  async #invoke(name: string, payload: unknown, signal: AbortSignal): Promise<unknown> {
    const called = FUNCTIONS.get(name);
    if (called === undefined) throw new Error(`no function ${name}`);
    const { services } = this.#state;
    for (;;) {
      try {
        return await called.invoke(services, payload, { untilMs: services.clock.nowMs() + INVOCATION_MS });
      } catch (error) {
        if (isDiskFull(error)) this.#breakOff(error);
        if (!isStateLocked(error) || signal.aborted) throw error;
        this.#noteHeld(error);
        await services.clock.sleep(LOOK_EVERY_MS, signal);
      }
    }
  }

  /** The workflow stands where its journal says: it has not failed, this engine has. */
  #breakOff(error: unknown): void {
    this.#broken ??= error;
    this.#ending = true;
    void this.#stop();
  }

  async #stop(): Promise<void> {
    await Promise.all([...this.#interpreters.values()].map((interpreter) => interpreter.stop()));
  }
}

/** A command that merely looks whether an engine runs holds the lock for a moment. */
async function takeLockSoon(home: string): Promise<EngineLock | null> {
  for (let tries = 0; tries < 20; tries += 1) {
    const lock = takeEngineLock(pathsIn(home).engineLock);
    if (lock !== null) return lock;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return null;
}
