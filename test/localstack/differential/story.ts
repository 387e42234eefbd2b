/** How an execution went, in the words that both worlds share. */
export interface Story {
  readonly end:
    | { readonly status: 'succeeded'; readonly output: unknown }
    | { readonly status: 'failed'; readonly error: string; readonly cause: string };
  /** What happened in each scope, in order. `''` is the machine; `Contain/0` its first branch; `Cut/2` its third item. */
  readonly scopes: Readonly<Record<string, readonly Step[]>>;
  /** Payloads by function, sorted: calls made at the same time have no order. */
  readonly calls: Readonly<Record<string, readonly unknown[]>>;
}

export type Step =
  /** A try of a task failed. */
  | { readonly state: string; readonly error: string; readonly cause: string }
  /** The state was left: its output, and the variables of its scope from then on. */
  | { readonly state: string; readonly output: unknown; readonly variables: unknown };

/** The states that a scope left, in order. */
export const pathOf = (story: Story, scope = ''): string =>
  (story.scopes[scope] ?? [])
    .filter((step) => 'output' in step)
    .map((step) => step.state)
    .join(' ');

export const sortedCalls = (calls: Readonly<Record<string, readonly unknown[]>>): Story['calls'] =>
  Object.fromEntries(
    Object.entries(calls).map(([name, payloads]) => [
      name,
      payloads.map(plain).toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
    ]),
  );

/** An error's cause: Lambda wraps a function's message; Step Functions' own words are not compared. */
export function plainCause(error: string, cause: string): string {
  if (error.startsWith('States.')) return '';
  try {
    return (JSON.parse(cause) as { errorMessage?: string }).errorMessage ?? cause;
  } catch {
    // No envelope: the cause is the message.
    return cause;
  }
}

/** Data with what only one world can know taken out: the envelope of an invocation, the words of a cause. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const record = value as Record<string, unknown>;
  if ('Payload' in record && 'StatusCode' in record) return { Payload: plain(record['Payload']) };
  const { Error: error, Cause: cause } = record;
  if (typeof error === 'string' && typeof cause === 'string')
    return { ...record, Cause: plainCause(error, cause) };
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, plain(item)]));
}
