import type { RequestState } from '../../../../shared/domain/request/record.ts';
import type { Told } from './told.ts';
import type { World } from './world.ts';

/** A story that is the same in every world. */
export interface WorldScenario {
  /** Of its class, its targets and its roles: a word of its own, since the stories share what they stand in. */
  readonly name: string;
  readonly title: string;
  /** It rotates as routine: no two such stories at once in a place (`Place.inTurn`). */
  readonly isRoutine?: true;
  /** Answers what people were told on the way, where that is part of the story. */
  story(world: World): Promise<unknown>;
  /** What is true at its end, whichever world told it. */
  readonly truth: {
    /** Words, or what they match. */
    readonly ends: readonly unknown[];
    /** How many secrets end with these fates of their versions, in the order in which they were issued. */
    readonly fates: Readonly<Record<string, number>>;
    /** How the request stands in the end. Default: there is none. */
    readonly request?: RequestState;
    /** Versions that their consumer confirmed. Default none. */
    readonly confirmed?: number;
    readonly said?: unknown;
  };
  /** Where LocalStack cannot show what the embedded world shows. */
  readonly departures?: readonly Departure[];
}

export interface Departure {
  /** What is different there, and what says so. */
  readonly why: string;
  /** The embedded world's story, as it is told there. */
  there(told: Told): Told;
}
