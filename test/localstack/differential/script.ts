import { setTimeout as delay } from 'node:timers/promises';

/** What a function does when it is called. */
export interface Answer {
  readonly payload?: unknown;
  /** It throws instead, an error of this name. */
  readonly error?: string;
  readonly cause?: string;
  /** Before it answers. */
  readonly delayMs?: number;
  /** What becomes of the task token that it was given. */
  readonly token?: TokenAnswer;
}

export interface TokenAnswer {
  /** After the function has answered; after the last heartbeat. Default 300. */
  readonly afterMs?: number;
  readonly heartbeats?: { readonly count: number; readonly everyMs: number };
  /** Left out: nobody answers. */
  readonly outcome?: TokenOutcome;
}

export type TokenOutcome = { readonly output: unknown } | { readonly error: string; readonly cause: string };

/** The answers in turn; the last one holds for every later call. */
type Answers = readonly [Answer, ...Answer[]];

/** By function. Where calls come at the same time, by a field of their payload: no turn depends on who was first. */
export type Script = Readonly<
  Record<string, Answers | { readonly by: string; readonly answers: Readonly<Record<string, Answers>> }>
>;

export type Reply = { readonly payload: unknown } | { readonly error: string; readonly cause: string };

/** How a world is told of a token. */
export interface Tokens {
  complete(token: string, outcome: TokenOutcome): Promise<void>;
  heartbeat(token: string): Promise<void>;
}

/** One run of a script: both worlds call their functions here, so that no scenario can differ by its script. */
export class ScriptedFunctions {
  readonly #script: Script;
  readonly #tokens: Tokens;
  readonly #turns = new Map<string, number>();
  readonly #under: Promise<void>[] = [];
  /** Payloads, by function; task tokens apart. */
  readonly calls: Record<string, unknown[]> = {};

  constructor(script: Script, tokens: Tokens) {
    this.#script = script;
    this.#tokens = tokens;
  }

  async call(name: string, payload: unknown): Promise<Reply> {
    const { taskToken: token, ...rest } = (payload ?? {}) as Record<string, unknown>;
    const asked = payload !== null && typeof payload === 'object' && !Array.isArray(payload) ? rest : payload;
    this.calls[name] = [...(this.calls[name] ?? []), asked];
    const answer = this.#next(name, rest);
    if (answer === undefined)
      return { error: 'NotScripted', cause: `${name} was called with ${JSON.stringify(payload)}` };
    if (answer.delayMs !== undefined) await delay(answer.delayMs);
    if (answer.token !== undefined) this.#under.push(this.#follow(String(token), answer.token));
    return answer.error === undefined
      ? { payload: answer.payload }
      : { error: answer.error, cause: answer.cause ?? answer.error };
  }

  /** Until nothing that the script does with a token is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#under);
  }

  #next(name: string, payload: Record<string, unknown>): Answer | undefined {
    const scripted = this.#script[name];
    if (scripted === undefined) return undefined;
    const keyed = 'by' in scripted;
    const key = keyed ? String(payload[scripted.by]) : '';
    const answers = keyed ? scripted.answers[key] : scripted;
    const turn = this.#turns.get(`${name} ${key}`) ?? 0;
    this.#turns.set(`${name} ${key}`, turn + 1);
    return answers?.[Math.min(turn, answers.length - 1)];
  }

  async #follow(token: string, { afterMs = 300, heartbeats, outcome }: TokenAnswer) {
    for (let beat = 0; beat < (heartbeats?.count ?? 0); beat += 1) {
      await delay(heartbeats?.everyMs ?? 0);
      await this.#tokens.heartbeat(token);
    }
    await delay(afterMs);
    if (outcome !== undefined) await this.#tokens.complete(token, outcome);
  }
}
