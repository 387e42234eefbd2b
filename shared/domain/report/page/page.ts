import { pageOf } from '../../page/document.ts';
import { type Html, html } from '../../page/html.ts';
import { timeText } from '../../page/words.ts';
import type { ReportData } from '../report.ts';
import { ages } from './ages.ts';
import { byHour } from './by-hour.ts';
import { cases } from './cases.ts';
import { denied } from './denied.ts';
import { findings } from './findings.ts';
import { head } from './head.ts';
import { incidents } from './incidents.ts';
import { overTime } from './over-time.ts';
import { source } from './source.ts';
import { STYLE } from './style.ts';

/** The report as one page that needs nothing else: readable in print, in the dark, on a telephone and by keyboard. */
export function renderReportHtml(data: ReportData): string {
  return pageOf({
    title: `Who reads what, to ${timeText(data.writtenAtMs).slice(0, 16)} UTC`,
    style: STYLE,
    body: html`<a class="skip" href="#content">To the report</a><main id="content" tabindex="-1">
${head(data)}
${contents(data)}
${cases(data)}
${overTime(data)}
${byHour(data)}
${findings(data)}
${denied(data)}
${ages(data)}
${incidents(data)}
${source(data)}
</main>`,
  });
}

function contents({ reads }: ReportData): Html {
  const links = [
    ['cases', 'Open cases'],
    ['over-time', 'Who read, and when'],
    ...(reads.reads > 0 ? [['by-hour', 'By the hour']] : []),
    ['findings', 'Findings'],
    ['denied', 'Denied reads'],
    ['ages', 'Age of secrets'],
    ['incidents', 'Incidents'],
  ] as const;
  return html`<nav aria-label="Parts of the report"><ul>${links.map(([id, name]) => html`<li><a href="#${id ?? ''}">${name ?? ''}</a></li>`)}</ul></nav>`;
}
