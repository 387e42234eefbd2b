/**
 * Whether a chained line is one that rules look at, without reading it: canonical JSON begins with the action. An entry of another
 * that has these words in a text is merely read.
 */
export function isJudged({ line }: { readonly line: string }): boolean {
  return line.includes('"action":"read"') || line.includes('"action":"change"');
}
