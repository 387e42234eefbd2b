import { counted } from '../../page/counted.ts';
import { type Html, html } from '../../page/html.ts';
import { refText, timeText } from '../../page/words.ts';
import type { DeniedReads } from '../reads.ts';
import type { ReportData } from '../report.ts';
import { principalText } from './principal.ts';
import { numberText } from './words.ts';

export function denied({ reads }: ReportData): Html {
  return html`<section id="denied"><h2>Denied reads</h2>
${
  reads.deniedReads.length === 0
    ? html`<p>None.</p>`
    : html`<table class="stack"><colgroup><col><col><col class="count"><col><col class="time"></colgroup>
<thead><tr><th scope="col">Who, from where</th><th scope="col">Secret</th><th scope="col">Times</th><th scope="col">Why</th><th scope="col">Last (UTC)</th></tr></thead>
<tbody>${reads.deniedReads.map(row)}</tbody></table>`
}
${reads.deniedMore === 0 ? null : html`<p class="dim">And ${counted(reads.deniedMore, 'other')} of fewer times: <code>rekey audit search --action read --outcome denied</code></p>`}
</section>`;
}

function row(kind: DeniedReads): Html {
  const { principal, source, secrets, secretsMore, count, reason, lastMs } = kind;
  return html`<tr><td>${principalText(principal)}<br><span class="dim">${source}</span></td><td>${
    secrets.length === 0
      ? html`<span class="dim">its source does not say</span>`
      : secrets.map((secret) => html`<div>${refText(secret)}</div>`)
  }${secretsMore === 0 ? null : html`<span class="dim">and ${secretsMore} more</span>`}</td><td data-label="times">${numberText(count)}</td><td>${reason}</td><td data-label="last">${timeText(lastMs)}<br><span class="dim">${sinceText(kind)}</span></td></tr>`;
}

/** Of the same day the time alone. */
function sinceText({ count, firstMs, lastMs }: DeniedReads): string {
  if (count === 1) return '';
  const [first, last] = [timeText(firstMs), timeText(lastMs)];
  return `since ${first.slice(0, 10) === last.slice(0, 10) ? first.slice(11) : first}`;
}
