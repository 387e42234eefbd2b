import { expect } from 'vitest';
import { fails, succeeds } from './scenario.ts';

const GUIDE = 'https://docs.aws.amazon.com/step-functions/latest/dg';
const ERRORS = `${GUIDE}/concepts-error-handling.html`;
const VARIABLES = `${GUIDE}/workflow-variables.html`;
const LANGUAGE = 'https://states-language.net/spec.html';

interface Departure {
  /** Where AWS says what the scenario expects, and in which words. */
  readonly documented: readonly [address: string, words: string];
  /** What its story has instead, in part. Once it no longer has, the entry is to go: its test fails. */
  readonly localStack: object;
}

/** Where LocalStack 4.14 does otherwise than AWS documents: the documentation wins. By the scenario's title. */
export const DEPARTURES: Readonly<Record<string, Departure>> = {
  'distributed Map: without a tolerance one failure is too many: States.ExceedToleratedFailureThreshold': {
    documented: [
      `${GUIDE}/state-map-distributed.html#maprun-fail-threshold`,
      'The default percentage value is zero, which means that the workflow fails if any one of its child workflow executions fails or times out.',
    ],
    localStack: { end: succeeds(2) },
  },
  'distributed Map: its items see no variable of the machine': {
    documented: [VARIABLES, 'Distributed Map states cannot currently reference variables in outer scopes.'],
    localStack: { end: succeeds([true]) },
  },
  'distributed Map: an object that is not there is States.ItemReaderFailed': {
    documented: [
      ERRORS,
      'States.ItemReaderFailed: A Map state failed because it couldn’t read from the item source specified in the ItemReader field.',
    ],
    localStack: { end: fails('States.Runtime') },
  },
  'break-glass: a manifest that cannot be read leaves its secrets to the sweep': {
    documented: [ERRORS, 'States.ItemReaderFailed'],
    localStack: { end: succeeds({ incidentId: 'inc-1' }), ...unreadIn('ReissueBatches') },
  },
  'schedule: a manifest that cannot be read is reported on all the same, and another look writes another': {
    documented: [ERRORS, 'States.ItemReaderFailed'],
    localStack: { end: succeeds({ refs: [] }), ...unreadIn('RotateBatches') },
  },
  'Catch: States.TaskFailed takes every other error of Step Functions’ own': {
    documented: [
      ERRORS,
      'States.TaskFailed acts as a wildcard that matches any known error name except for States.Timeout.',
    ],
    localStack: { end: succeeds({ caught: 'two', error: 'States.QueryEvaluationError' }) },
  },
  'token: no heartbeat within HeartbeatSeconds is caught as States.HeartbeatTimeout': {
    documented: [ERRORS, 'HeartbeatTimeout is available inside the Catch and Retry fields.'],
    localStack: { end: succeeds('other') },
  },
  'token: each try has a token of its own, and its own time': {
    documented: [
      `${GUIDE}/connect-to-resource.html#connect-wait-token`,
      'If a Task state using the callback task token times out, a new random token is generated.',
    ],
    localStack: { end: fails('Refused') },
  },
  'Assign: does not show in the Output of its own state': {
    documented: [VARIABLES, 'assigning variable values will not affect state Output.'],
    localStack: { end: succeeds({ output: 'after', x: 'after' }) },
  },
  'JSONata: an undefined result in Output is caught as well, after the call': {
    documented: [
      `${LANGUAGE}#appendix-a`,
      'States.QueryEvaluationError: Query evaluation failed in a JSONata state, such as a JSONata type error, an incorrectly typed result, or an undefined result.',
    ],
    localStack: { end: fails('States.QueryEvaluationError') },
  },
  'JSONata: an operator on the wrong type is States.QueryEvaluationError': {
    documented: [`${LANGUAGE}#appendix-a`, 'such as a JSONata type error'],
    localStack: { end: fails('States.Runtime') },
  },
  'Choice: none is true and there is no Default: States.NoChoiceMatched': {
    documented: [
      `${LANGUAGE}#appendix-a`,
      'States.NoChoiceMatched: A Choice State failed to find a match for the condition field extracted from its input.',
    ],
    localStack: { end: fails('States.Runtime') },
  },
  'Choice: a condition that is no boolean is States.QueryEvaluationError': {
    documented: [`${LANGUAGE}#appendix-a`, 'an incorrectly typed result'],
    localStack: { end: fails('States.Runtime') },
  },
  'size: a function’s result over 256 KiB is States.DataLimitExceeded, and States.ALL does not catch it': {
    documented: [ERRORS, 'A terminal error which cannot be caught by the States.ALL error type.'],
    localStack: { end: succeeds({ Error: 'States.DataLimitExceeded' }) },
  },
  'size: States.ALL retries it as little': {
    documented: [ERRORS, 'A terminal error which cannot be caught by the States.ALL error type.'],
    localStack: { end: succeeds('small') },
  },
  'size: what goes to a function over 256 KiB is States.DataLimitExceeded; nothing is called': {
    documented: [
      ERRORS,
      'Reported due to the following conditions: … After Parameters processing, the input of a state is larger than payload size quota.',
    ],
    localStack: { end: succeeds({ Payload: 'called' }) },
  },
  'size: one Assign holds 256 KiB at most': {
    documented: [
      `${VARIABLES}#variable-limits`,
      'The maximum combined size for all variables in a single Assign field is also 256Kib.',
    ],
    localStack: { end: succeeds('small') },
  },
};

/** A map that could not read its items, and was caught. */
function unreadIn(state: string) {
  const caught = expect.objectContaining({ state, output: { Error: 'States.Runtime', Cause: '' } }) as object;
  return { scopes: { '': expect.arrayContaining([caught]) as object } };
}
