import { type Html, html } from '../../page/html.ts';
import type { ReportData } from '../report.ts';
import { principalText } from './principal.ts';
import { shadeOf } from './strip.ts';
import { numberText } from './words.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Whose reads fall into which hour of the day: whoever reads at odd hours stands out. */
export function byHour({ reads }: ReportData): Html | null {
  const rows = [
    ...reads.readers.map((reader) => ({ name: reader.principal, hours: reader.hours })),
    ...(reads.others === null
      ? []
      : [{ name: `${reads.others.principals} others together`, hours: reads.others.reads.hours }]),
  ].filter(({ hours }) => hours.some((count) => count > 0));
  if (rows.length === 0) return null;
  const most = Math.max(...rows.flatMap(({ hours }) => hours));
  return html`<section id="by-hour"><h2>Reads by the hour of the day</h2>
<p class="dim">In UTC, over all days together.</p>
<div class="wide" role="region" aria-label="Reads by the hour of the day" tabindex="0"><table class="hours"><thead><tr><th scope="col">Principal</th>${HOURS.map((hour) => html`<th scope="col">${String(hour).padStart(2, '0')}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ name, hours }) =>
      html`<tr><th scope="row">${principalText(name)}</th>${hours.map((count) => html`<td class="h${shadeOf(count, most)}">${count === 0 ? html`<span class="unseen">0</span>` : short(count)}</td>`)}</tr>`,
  )}</tbody></table></div>
</section>`;
}

/** `12k`: a cell is narrow. */
function short(count: number): string {
  return count < 10_000 ? numberText(count) : `${Math.floor(count / 1_000)}k`;
}
