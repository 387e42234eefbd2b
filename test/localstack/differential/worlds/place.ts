import type { PostgresServer } from '../../../../demo/postgres-servers.ts';
import type { Needs } from '../../../../shared/driver/services.ts';
import type { Story } from '../story.ts';

/** Where a story takes place: an engine that runs the real machine with the real functions, and a server of its own. */
export interface Place {
  /** What people at a terminal reach. */
  readonly services: Needs<
    | 'registry'
    | 'store'
    | 'keys'
    | 'audit'
    | 'pseudonyms'
    | 'plans'
    | 'workflows'
    | 'rotators'
    | 'clock'
    | 'random'
  >;
  readonly server: PostgresServer;
  /** What a look at a standing costs there. */
  readonly lookEveryMs: number;
  /** After whoever came before: a run of the schedule takes up what is due of every class that stands in the place. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** As a person stops it: in the console there, by ending the engine here. */
  stop(execution: string): Promise<void>;
  /** Changes a plan where it lies, past everything that would refuse it. */
  editPlan(planHash: string): Promise<void>;
  /** The steps of an execution so far. */
  scopes(execution: string): Promise<Story['scopes']>;
}
