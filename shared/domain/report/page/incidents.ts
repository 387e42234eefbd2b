import { elapsedText } from '../../elapsed.ts';
import type { IncidentState } from '../../incident.ts';
import { type Html, html } from '../../page/html.ts';
import { chip, type Tone, timeText } from '../../page/words.ts';
import type { ReportData, ReportedIncident } from '../report.ts';
import { ageText } from './words.ts';

const STATES: Readonly<Record<IncidentState, readonly [Tone, string]>> = {
  open: ['bad', 'open'],
  'awaiting-reopen': ['note', 'waits for people'],
  sealed: ['good', 'sealed'],
  restored: ['dim', 'undone'],
};

export function incidents({ incidents: all, writtenAtMs }: ReportData): Html {
  return html`<section id="incidents"><h2>Incidents</h2>
${
  all.length === 0
    ? html`<p>None is on record.</p>`
    : html`<table class="stack"><colgroup><col class="state"><col><col><col class="time"><col class="after"><col class="after"></colgroup>
<thead><tr><th scope="col">State</th><th scope="col">Incident</th><th scope="col">Cause</th><th scope="col">Begun (UTC)</th><th scope="col">Contained</th><th scope="col">Proven</th></tr></thead>
<tbody>${all.map((incident) => row(incident, writtenAtMs))}</tbody></table>`
}
</section>`;
}

function row(incident: ReportedIncident, nowMs: number): Html {
  const { id, className, cause, state, startedBy, confirmedAtMs, containedAtMs, provenAtMs } = incident;
  const took = (atMs: number | undefined) =>
    atMs === undefined
      ? html`<span class="dim">not observed</span>`
      : html`after ${elapsedText(Math.max(0, atMs - confirmedAtMs))}`;
  return html`<tr><td>${chip(...STATES[state])}</td><td>class <b>${className}</b><br><code>${id}</code></td><td>${cause}<br><span class="dim">by ${startedBy}</span></td><td>${timeText(confirmedAtMs)}<br><span class="dim">${ageText(nowMs - confirmedAtMs)} ago</span></td><td data-label="contained">${took(containedAtMs)}</td><td data-label="proven dead">${took(provenAtMs)}</td></tr>`;
}
