/** What an AWS client throws, by its documented name. */
export function vendor(name: string, message = name, more: object = {}): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: {}, ...more });
}

/** The connection was cut: whether the call was done nobody knows. */
export const NO_ANSWER: Error = vendor('TimeoutError', 'socket hang up', { $fault: undefined });
