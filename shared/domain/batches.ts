/** One item of the fan-out. */
interface Item {
  readonly targetId: string;
  readonly secretRefs: string[];
}

/** Secrets a worker advances in one invocation: large enough that its commits cost little, small enough to be lost to a crash. */
const BATCH_SIZE = 40;

/**
 * Batches of one target each, targets interleaved so that a slow one does not come in a row. `last`: admin credentials; what
 * administers the others goes when they are done.
 */
export function batchesOf(
  secrets: readonly { readonly ref: string; readonly target: string }[],
  last: ReadonlySet<string>,
  size = BATCH_SIZE,
): Item[] {
  const ordinary = secrets.filter((secret) => !last.has(secret.ref));
  const admins = secrets.filter((secret) => last.has(secret.ref));
  return [...interleaved(ordinary, size), ...interleaved(admins, size)];
}

function interleaved(
  secrets: readonly { readonly ref: string; readonly target: string }[],
  size: number,
): Item[] {
  const perTarget = [...Map.groupBy(secrets, (secret) => secret.target)].map(([targetId, group]) => {
    const batches: Item[] = [];
    for (let from = 0; from < group.length; from += size) {
      batches.push({ targetId, secretRefs: group.slice(from, from + size).map((secret) => secret.ref) });
    }
    return batches;
  });
  const longest = Math.max(0, ...perTarget.map((batches) => batches.length));
  return Array.from({ length: longest }, (_, round) =>
    perTarget.flatMap((batches) => batches[round] ?? []),
  ).flat();
}
