/** What a break-glass execution is started with. References only. */
export interface BreakGlassInput {
  readonly v: 1;
  readonly incidentId: string;
  /** Left out where an incident is resumed. */
  readonly planHash?: string;
  readonly startedBy: string;
  readonly confirmedAtMs: number;
  /** A person asks again for what was set aside. */
  readonly again: boolean;
}

/** What a scheduled rotation is started with. */
export interface RotationInput {
  readonly v: 1;
  /** These alone, to the end of what is under way. None: everything that is due. */
  readonly refs: readonly string[];
}

/** What a rotation on request is started with: everything else is in its request. */
export interface ManualRotationInput {
  readonly v: 1;
  readonly requestId: string;
}

/** `waiting`: asked for, not yet taken up. `unknown`: never asked for. */
export type ExecutionStanding =
  | { readonly status: 'unknown' | 'waiting' | 'running' | 'succeeded' }
  | { readonly status: 'failed'; readonly error: string; readonly cause: string };

/** The engine that runs the state machines, as whoever starts and watches them sees it. */
export interface Workflows {
  /** Durable when it resolves. The same name again is a no-op. */
  startBreakGlass(name: string, input: BreakGlassInput): Promise<void>;
  /** As `startBreakGlass`. */
  startRotation(name: string, input: RotationInput): Promise<void>;
  /** As `startBreakGlass`. */
  startManualRotation(name: string, input: ManualRotationInput): Promise<void>;
  standing(name: string): Promise<ExecutionStanding>;
  /**
   * The execution that waits on the token goes on: to what people signed or decided, or (`again`) to another sweep. One answer
   * counts; later ones are no-ops.
   */
  answer(token: string, answer: { readonly again: boolean }): Promise<void>;
  /** Takes up what a dead engine left under way; the names, where there was something. An engine that cannot die answers none. */
  carryOn(): Promise<string[]>;
}
