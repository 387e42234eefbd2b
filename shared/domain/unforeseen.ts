/** An error that nobody foresaw, by its kind and its place: its message might hold anything, a value too. */
export function describeUnforeseen(error: unknown): string {
  return error instanceof Error ? `${error.name} at ${placeOf(error)}` : typeof error;
}

function placeOf(error: Error): string {
  const line = error.stack?.split('\n').find((candidate) => candidate.trimStart().startsWith('at '));
  return (
    line
      ?.trim()
      .replace(/^at /, '')
      .replace(/\(?file:\/\/.*\/(.+?)\)?$/, '$1') ?? 'an unknown place'
  );
}
