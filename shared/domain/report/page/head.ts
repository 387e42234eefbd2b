import { SEVERITIES } from '../../detect/finding.ts';
import { counted } from '../../page/counted.ts';
import { type Html, html } from '../../page/html.ts';
import { timeText } from '../../page/words.ts';
import type { ReportData } from '../report.ts';
import { numberText, shareText } from './words.ts';

/** What has to be known before anything else. */
export function head(data: ReportData): Html {
  const { sinceMs, writtenAtMs, reads, ages, findings, findingsMore, cases, casesMore } = data;
  const values = ages.reduce((sum, one) => sum + one.values, 0);
  const within = ages.reduce((sum, one) => sum + one.withinMaxAge, 0);
  const good = cases.length === 0 && within === values;
  return html`<header class="${good ? 'good' : 'bad'}">
<p class="eyebrow">Who reads what, ${timeText(sinceMs).slice(0, 16)} to ${timeText(writtenAtMs).slice(0, 16)} UTC</p>
<h1>${verdict(data)}</h1>
</header>
<dl class="figures">
${figure('Reads', numberText(reads.reads), `${numberText(reads.looks)} looks besides`)}
${figure('Denied', numberText(reads.denied), reads.failed === 0 ? 'none failed' : `${numberText(reads.failed)} failed`)}
${figure('Findings', numberText(findings.length + findingsMore), worst(data))}
${figure('Open cases', numberText(cases.length + casesMore), cases.length === 0 ? 'none' : cases.some(({ owner }) => owner === undefined) ? `${counted(cases.filter(({ owner }) => owner === undefined).length, 'is', 'are')} nobody’s` : 'each is somebody’s')}
${figure('Within the maximum age', shareText(within, values), `${numberText(within)} of ${counted(values, 'value')}`)}
</dl>`;
}

function figure(name: string, value: string, note: string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd><dd class="at">${note}</dd></div>`;
}

function verdict({ cases, casesMore, ages }: ReportData): string {
  const open = cases.length + casesMore;
  const over = ages.reduce((sum, one) => sum + one.values - one.withinMaxAge, 0);
  const old =
    over === 0 ? '' : `${counted(over, 'value is', 'values are')} older than allowed, or of unknown age`;
  if (open === 0)
    return old === '' ? 'No case is open, and every value is young enough' : `No case is open; ${old}`;
  const said = `${counted(open, 'case is', 'cases are')} open, the worst ${cases[0]?.severity ?? ''}`;
  return old === '' ? said : `${said}; ${old}`;
}

function worst({ findings }: ReportData): string {
  const severity = SEVERITIES.findLast((one) => findings.some((finding) => finding.severity === one));
  if (severity === undefined) return 'none in this time';
  return `${findings.filter((finding) => finding.severity === severity).length} of them ${severity}`;
}
