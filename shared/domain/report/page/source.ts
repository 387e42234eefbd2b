import { type Html, html } from '../../page/html.ts';
import { timeText } from '../../page/words.ts';
import type { ReportData } from '../report.ts';

/** What it was made from, so that whoever doubts it looks there. */
export function source({ head, writtenAtMs }: ReportData): Html {
  return html`<section id="source" class="source"><h2>Where this comes from</h2>
<dl class="facts">
<div><dt>Audit</dt><dd>chain ${head.chain} up to entry ${head.seq}, <code>${head.hash}</code></dd></div>
<div><dt>Written</dt><dd>${timeText(writtenAtMs)} UTC</dd></div>
</dl>
<p>This page is no evidence: it shows what the audit held at that moment. <code>rekey audit export</code> is what <code>rekey audit verify</code> checks. Names, sessions and reasons are the words of those who called.</p>
</section>`;
}
