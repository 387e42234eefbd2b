import type { Finding } from '../../detect/finding.ts';
import { counted } from '../../page/counted.ts';
import { type Html, html } from '../../page/html.ts';
import { chip, refText, timeText } from '../../page/words.ts';
import type { ReportData } from '../report.ts';
import { principalText } from './principal.ts';
import { CERTAINTIES, SEVERITY_TONES } from './words.ts';

export function findings({ findings: found, findingsMore }: ReportData): Html {
  return html`<section id="findings"><h2>Findings</h2>
${found.length === 0 ? html`<p>None in this time.</p>` : html`<ol class="cards">${found.map(card)}</ol>`}
${findingsMore === 0 ? null : html`<p class="dim">And ${counted(findingsMore, 'earlier one')}: <code>rekey audit search --action finding</code></p>`}
</section>`;
}

function card({
  rule,
  atMs,
  severity,
  certainty,
  principal,
  ref,
  seen,
  unusual,
  next,
  evidence,
}: Finding): Html {
  return html`<li class="${SEVERITY_TONES[severity]}"><p>${chip(SEVERITY_TONES[severity], severity)} <b>${rule}</b> <span class="dim">${CERTAINTIES[certainty]} · ${timeText(atMs)} UTC · ${counted(evidence.length, 'entry', 'entries')}</span></p>
<p>${principal === undefined ? null : html`${principalText(principal)} `}${ref === undefined ? null : refText(ref)}</p>
<p>${seen}</p><p class="dim">${unusual}</p><p>Next: <code>${next}</code></p></li>`;
}
