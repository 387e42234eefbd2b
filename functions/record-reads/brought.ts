/** What messages of its queues hold. A read that waited says so itself: what EventBridge brings, its own envelope is around. */
export function broughtIn(bodies: readonly string[]): {
  readonly records: readonly unknown[];
  readonly late: readonly unknown[];
} {
  const brought = bodies.map(inBody);
  return {
    records: brought.flatMap((one) => ('record' in one ? [one.record] : [])),
    late: brought.flatMap((one) => ('late' in one ? [one.late] : [])),
  };
}

function inBody(body: string): { readonly record: unknown } | { readonly late: unknown } {
  try {
    const told = JSON.parse(body) as { readonly detail?: unknown; readonly late?: unknown };
    return told.late === undefined ? { record: told.detail ?? body } : { late: told.late };
  } catch {
    return { record: body };
  }
}
