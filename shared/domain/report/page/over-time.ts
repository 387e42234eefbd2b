import { SEVERITIES, type Severity } from '../../detect/finding.ts';
import { counted } from '../../page/counted.ts';
import { type Html, html } from '../../page/html.ts';
import { timeText } from '../../page/words.ts';
import { type Axis, columnOf } from '../axis.ts';
import type { ReaderReads } from '../reads.ts';
import type { ReportData } from '../report.ts';
import { principalText } from './principal.ts';
import { dates, grid, SHADES, strip } from './strip.ts';
import { numberText, widthText } from './words.ts';

/** Reads, refusals and findings over the same time. */
export function overTime({ axis, reads, findings, readsCutAt, closed }: ReportData): Html {
  const rows = [...reads.readers, ...(reads.others === null ? [] : [reads.others.reads])];
  const most = Math.max(1, ...rows.flatMap(({ columns }) => columns));
  return html`<section id="over-time"><h2>Who read, and when</h2>
${closed.length === 0 ? null : html`<p class="note">Not in this report is what the audit says of ${closed.join(', ')}: policy lets others read it.</p>`}
${
  rows.length === 0
    ? html`<p>No read is on record for this time.</p>`
    : html`<p class="dim">A column is ${widthText(axis.widthMs)}, in UTC. The stronger the colour, the more reads, up to ${numberText(most)}: ${Array.from({ length: SHADES }, (_, at) => html`<svg class="key" viewBox="0 0 1 1" aria-hidden="true"><rect class="s${at + 1}" width="1" height="1"/></svg>`)}. What was denied stands below its row: <svg class="key low" viewBox="0 0 1 1" aria-hidden="true"><rect class="denied" width="1" height="1"/></svg>. Findings: the taller the mark, the more severe.</p>
${readsCutAt === null ? null : html`<p class="note">The newest ${numberText(readsCutAt)} entries of reads alone are counted: <code>--since</code> makes the time shorter.</p>`}
<figure class="time"><figcaption class="unseen">Reads, refusals and findings over time, one row a principal</figcaption>
${findings.length === 0 ? null : row(html`<b>Findings</b>`, counted(findings.length, 'finding'), marks(axis, findings))}
${reads.readers.map((reader) => readerRow(axis, reader, reader.principal, most))}
${reads.others === null ? null : readerRow(axis, reads.others.reads, `${reads.others.principals} others together`, most)}
<div class="row"><span class="name"></span>${dates(axis)}</div>
</figure>`
}
</section>`;
}

function row(name: Html, sum: string, picture: Html): Html {
  return html`<div class="row"><span class="name">${name} <span class="dim">${sum}</span></span>${picture}</div>`;
}

function readerRow(axis: Axis, reader: ReaderReads, name: string, most: number): Html {
  const sum = [
    ...(reader.reads > 0
      ? [
          `${numberText(reader.reads)} ${reader.reads === 1 ? 'read' : 'reads'} of ${counted(reader.secrets, 'secret')}`,
        ]
      : []),
    ...(reader.denied > 0 ? [`${numberText(reader.denied)} denied`] : []),
    ...(reader.failed > 0 ? [`${numberText(reader.failed)} failed`] : []),
  ].join(', ');
  return row(
    principalText(name),
    sum,
    strip(axis, {
      reads: reader.columns,
      denied: reader.deniedColumns,
      most,
      label: labelOf(axis, reader, name),
    }),
  );
}

/** What the picture shows, in words. */
function labelOf(axis: Axis, { reads, denied, columns, deniedColumns }: ReaderReads, name: string): string {
  const at = (column: number) => `${timeText(axis.fromMs + column * axis.widthMs).slice(0, 16)} UTC`;
  const first = columns.findIndex((count) => count > 0);
  const peak = columns.indexOf(Math.max(...columns));
  const refused = deniedColumns.findIndex((count) => count > 0);
  return [
    `${name}: ${counted(reads, 'read')}`,
    ...(first < 0 ? [] : [`the first in the ${widthText(axis.widthMs)} from ${at(first)}`]),
    ...(first < 0 ? [] : [`most, ${columns[peak] ?? 0}, from ${at(peak)}`]),
    ...(denied === 0 ? [] : [`${denied} denied, the first from ${at(Math.max(0, refused))}`]),
  ].join('; ');
}

function marks(axis: Axis, findings: ReportData['findings']): Html {
  const worst = new Map<number, Severity>();
  for (const { atMs, severity } of findings) {
    const column = columnOf(axis, atMs);
    if (column === null) continue;
    const known = worst.get(column);
    if (known === undefined || SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(known))
      worst.set(column, severity);
  }
  const label = SEVERITIES.toReversed()
    .map(
      (severity) => [severity, findings.filter((finding) => finding.severity === severity).length] as const,
    )
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(', ');
  return html`<svg class="strip" role="img" aria-label="Findings over time: ${label}" viewBox="0 0 ${axis.columns} 16" preserveAspectRatio="none">${grid(axis)}${[
    ...worst,
  ].map(([column, severity]) => {
    const height = (SEVERITIES.indexOf(severity) + 1) * 4;
    return html`<rect class="mark ${severity}" x="${column}" y="${16 - height}" width="1" height="${height}"/>`;
  })}</svg>`;
}
