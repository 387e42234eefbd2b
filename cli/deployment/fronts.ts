import { approval } from '../../functions/approval/front.ts';
import { auditor } from '../../functions/auditor/front.ts';
import { confirmation } from '../../functions/confirmation/front.ts';
import { control } from '../../functions/control/front.ts';
import { enrolment } from '../../functions/enrolment/front.ts';
import { leaks } from '../../functions/leaks/front.ts';
import { reader } from '../../functions/reader/front.ts';
import { watch } from '../../functions/watch/front.ts';
import type { FrontKey } from './name.ts';

/** A front as whoever calls it knows it. */
export interface KnownFront {
  readonly key: FrontKey;
  /** Of the function: `rekey-STAGE-Control`. */
  readonly name: string;
  /** Of the stack, where its URL is. */
  readonly output: string;
  readonly functions: readonly string[];
  /** A little longer than Lambda lets it run (deploy/functions.yml). */
  readonly answersWithinMs: number;
}

const SHORT_MS = 65_000;
/** Imports and restorings take their time. */
const LONG_MS = 910_000;

/** In the order in which they are asked where several have a function. */
export const FRONTS: readonly KnownFront[] = [
  { key: 'control', front: control, answersWithinMs: SHORT_MS } as const,
  { key: 'approval', front: approval, answersWithinMs: LONG_MS } as const,
  { key: 'enrolment', front: enrolment, answersWithinMs: LONG_MS } as const,
  { key: 'reader', front: reader, answersWithinMs: SHORT_MS } as const,
  { key: 'auditor', front: auditor, answersWithinMs: SHORT_MS } as const,
  { key: 'watch', front: watch, answersWithinMs: SHORT_MS } as const,
  { key: 'leaks', front: leaks, answersWithinMs: LONG_MS } as const,
  { key: 'confirmation', front: confirmation, answersWithinMs: SHORT_MS } as const,
].map(({ key, front: { name, functions }, answersWithinMs }) => ({
  key,
  name,
  output: `${name}Url`,
  functions,
  answersWithinMs,
}));
