import { type Html, html } from '../../page/html.ts';
import { timeText } from '../../page/words.ts';
import type { Axis } from '../axis.ts';

/** Shades from the fewest to the most. */
export const SHADES = 5;

/** By the root: a few reads beside very many are still seen, and a night is told from a day. 0 is none. */
export function shadeOf(count: number, most: number): number {
  if (count === 0) return 0;
  return Math.max(1, Math.ceil(Math.sqrt(count / Math.max(1, most)) * SHADES));
}

/** One row over time: reads shaded by their number; refusals below them, in a lane of their own. */
export function strip(
  axis: Axis,
  {
    reads,
    denied,
    most,
    label,
  }: {
    readonly reads: readonly number[];
    readonly denied: readonly number[];
    readonly most: number;
    readonly label: string;
  },
): Html {
  return html`<svg class="strip" role="img" aria-label="${label}" viewBox="0 0 ${axis.columns} 16" preserveAspectRatio="none">${grid(axis)}${reads.map(
    (count, at) =>
      count === 0
        ? null
        : html`<rect class="s${shadeOf(count, most)}" x="${at}" y="0" width="1" height="10"/>`,
  )}${denied.map((count, at) => (count === 0 ? null : html`<rect class="denied" x="${at}" y="11.5" width="1" height="4.5"/>`))}</svg>`;
}

/** Where the moments begin that the labels below name. */
export function grid(axis: Axis): Html {
  return html`${ticksOf(axis).map(({ column }) => html`<rect class="tick" x="${column}" y="0" width="${(axis.columns / 900).toFixed(3)}" height="16"/>`)}`;
}

interface Tick {
  readonly column: number;
  readonly text: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MOST_TICKS = 6;
/** Of the width that a date takes on a telephone: the last one does not stand out of it. */
const TICK_SHARE = 0.09;

/** A few moments of the axis: beginnings of hours where it is short, else of days. */
function ticksOf({ fromMs, widthMs, columns }: Axis): Tick[] {
  const spanMs = columns * widthMs;
  const hours = [1, 3, 6, 12].map((count) => count * HOUR_MS).find((ms) => spanMs / ms <= MOST_TICKS);
  const stepMs = Math.max(hours ?? Math.ceil(spanMs / DAY_MS / MOST_TICKS) * DAY_MS, widthMs);
  const beginMs = hours === undefined ? DAY_MS : stepMs;
  const ticks: Tick[] = [];
  for (
    let atMs = Math.ceil(fromMs / beginMs) * beginMs;
    atMs <= fromMs + spanMs * (1 - TICK_SHARE);
    atMs += stepMs
  ) {
    const text = timeText(atMs);
    ticks.push({
      column: Math.floor((atMs - fromMs) / widthMs),
      text: atMs % DAY_MS === 0 ? text.slice(5, 10) : text.slice(11, 16),
    });
  }
  return ticks;
}

/** The moments under rows over time. What is above says all of it in words, so that it is for the eye alone. */
export function dates(axis: Axis): Html {
  return html`<div class="dates" aria-hidden="true">${ticksOf(axis).map(
    ({ column, text }) =>
      html`<span style="left:${((column / axis.columns) * 100).toFixed(2)}%">${text}</span>`,
  )}</div>`;
}
