/** What steers a terminal, turns the writing or cannot be seen. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;
/** But for what lays out a text of several lines. */
const UNSEEN_IN_TEXT = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu;

/**
 * One line as a person sees it: letters of callers that a terminal would follow instead of show are written out, so that no
 * name looks like another and none begins a line of its own. They are written as JSON does: JSON stays the same JSON.
 */
export function onOneLine(line: string): string {
  return line.replaceAll(UNSEEN, written);
}

/** The same of a text whose lines are ours. */
export function asSeen(text: string): string {
  return text.replaceAll(UNSEEN_IN_TEXT, written);
}

function written(letter: string): string {
  return Array.from({ length: letter.length }, (_, at) => letter.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}
