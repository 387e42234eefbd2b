import type { Due } from '../../shared/domain/schedule/due.ts';
import type { Explanation } from '../../shared/domain/schedule/explain.ts';
import { heldText, timeText } from '../../shared/domain/schedule/held-text.ts';
import type { Never } from '../../shared/domain/schedule/survey.ts';
import type { WindowForecast } from '../../shared/domain/schedule/window-forecast.ts';

/** The coming windows, one a line. */
export function windowTable(windows: readonly WindowForecast[]): string[] {
  const rows = windows.map(({ className, fromMs, toMs, due, holds, late }) => [
    className,
    timeText(fromMs),
    timeText(toMs),
    String(due),
    holds === null ? 'all' : String(holds),
    late === 0 ? '' : `${late} late`,
  ]);
  return aligned([['class', 'opens', 'closes', 'due', 'holds', ''], ...rows]);
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

const NEVER: Readonly<Record<Never, string>> = {
  'no-target': 'it has no target: people put its value by hand',
  'no-current-version': 'it has no value yet: rekey secret put',
  'no-rotation-policy': 'its class says nothing of rotation in rekey.yaml',
};

/** One secret, in a line or two. */
export function explanationText(ref: string, className: string, why: Explanation): string[] {
  switch (why.standing) {
    case 'never':
      return [`${ref} does not rotate by itself: ${NEVER[why.why]}`];
    case 'in-flight':
      return [`${ref} is being rotated: ${why.operation}, ${why.stage}`];
    case 'waiting':
      return [`${ref} waits for its turn`, `  ${dueText(why)}`];
    case 'begins':
      return [`${ref} begins at the next look`, `  ${dueText(why)}`];
    case 'held-back': {
      const { text, next } = heldText(why.why, { ref, className });
      const lines = [`${ref} is held back: ${text}`, `  ${dueText(why)}`];
      return next === undefined ? lines : [...lines, `  next: ${next}`];
    }
  }
}

function dueText({ dueAtMs, overAgeAtMs }: Due): string {
  return dueAtMs === 0
    ? 'due: nobody knows how old its value is'
    : `due ${timeText(dueAtMs)}, over its maximum age ${timeText(overAgeAtMs)}`;
}
