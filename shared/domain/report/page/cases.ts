import { subjectText } from '../../case/case.ts';
import { counted } from '../../page/counted.ts';
import { type Html, html } from '../../page/html.ts';
import { chip, refText, timeText } from '../../page/words.ts';
import type { ReportData, ReportedCase } from '../report.ts';
import { principalText } from './principal.ts';
import { ageText, SEVERITY_TONES } from './words.ts';

export function cases({ cases: open, casesMore, writtenAtMs }: ReportData): Html {
  return html`<section id="cases"><h2>Open cases</h2>
${
  open.length === 0
    ? html`<p>None.</p>`
    : html`<table class="stack"><colgroup><col class="state"><col><col><col class="owner"><col class="after"><col class="after"></colgroup>
<thead><tr><th scope="col">Severity</th><th scope="col">About</th><th scope="col">What was found</th><th scope="col">Whose</th><th scope="col">Age</th><th scope="col">Last</th></tr></thead>
<tbody>${open.map((record) => row(record, writtenAtMs))}</tbody></table>`
}
${casesMore === 0 ? null : html`<p class="dim">And ${counted(casesMore, 'more', 'more')}: <code>rekey cases</code></p>`}
</section>`;
}

function aboutText(subject: ReportedCase['subject']): Html {
  if (subject.principal !== undefined) return principalText(subject.principal);
  return subject.ref === undefined ? html`${subjectText(subject)}` : refText(subject.ref);
}

function row(
  { id, severity, subject, owner, counts, openedAtMs, lastAtMs }: ReportedCase,
  nowMs: number,
): Html {
  const found = Object.entries(counts).map(([rule, count]) => `${rule} × ${count}`);
  return html`<tr><td>${chip(SEVERITY_TONES[severity], severity)}</td><td>${aboutText(subject)}<br><code class="dim">${id}</code></td><td>${found.join(', ')}</td><td data-label="whose">${owner ?? html`<b class="bad">nobody’s</b>`}</td><td data-label="open for">${ageText(nowMs - openedAtMs)}</td><td data-label="last found"><span title="${timeText(lastAtMs)} UTC">${ageText(nowMs - lastAtMs)} ago</span></td></tr>`;
}
