import type { Frame } from '../../../local/interpreter/journal.ts';
import { statesOf } from './machine-text.ts';
import { plain, plainCause, type Step } from './story.ts';

/** Reads the steps off the frames that a journal is given, in their order: a commit is a transition. */
export class FrameTeller {
  readonly scopes: Record<string, Step[]> = {};
  readonly #states: ReturnType<typeof statesOf>;
  /** The state that each scope stands in. */
  readonly #at = new Map<string, string>();

  constructor(machine: object) {
    this.#states = statesOf(machine);
  }

  tell(frame: Frame): void {
    const scope = frame.path.replaceAll(/\/([^/]+)\.\d+\.(\d+)/g, '/$1/$2').slice(1);
    const state = this.#at.get(frame.path) ?? this.#firstIn(scope);
    this.#at.set(frame.path, frame.state);
    if (frame.end !== undefined) this.#at.delete(frame.path);
    const known = this.#states.get(state);
    // Items of a distributed map are executions of their own: their calls and the map's result speak for them.
    if (known?.distributed === true) return;
    const told = (step: Step) => (this.scopes[scope] ??= []).push(step);
    const error = frame.end?.status === 'failed' ? frame.end : frame.error;
    if (error !== undefined && known?.type === 'Task' && error.error !== 'States.QueryEvaluationError') {
      told({ state, error: error.error, cause: plainCause(error.error, error.cause) });
    }
    if (frame.dueAtMs !== undefined || frame.end?.status === 'failed') return;
    const output = frame.end === undefined ? frame.input : frame.end.output;
    told({ state, output: plain(output), variables: plain(frame.variables) });
  }

  #firstIn(scope: string): string {
    for (const [name, { first, within }] of this.#states) {
      const places = within.split('/');
      const fits = scope.split('/').every((part, index) => places[index] === '*' || places[index] === part);
      if (first && fits && places.length === scope.split('/').length) return name;
    }
    throw new Error(`no scope ${scope}`);
  }
}
