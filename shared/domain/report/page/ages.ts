import { counted } from '../../page/counted.ts';
import { type Html, html } from '../../page/html.ts';
import { refText } from '../../page/words.ts';
import { AGE_BANDS, type ClassAges } from '../ages.ts';
import type { ReportData } from '../report.ts';
import { ageText, numberText, shareText } from './words.ts';

/** How old the values are, and whether they keep to what their class allows. */
export function ages({ ages: classes }: ReportData): Html {
  return html`<section id="ages"><h2>Age of secrets against the maximum</h2>
${
  classes.length === 0
    ? html`<p>No class is enrolled.</p>`
    : html`<p class="dim legend">Each bar is a class’s values by their age: ${AGE_BANDS.map((band, at) => html`<span><i class="a${at}"></i> ${band}</span> `)}</p>
<table class="stack ages"><colgroup><col class="name"><col><col class="share"><col></colgroup>
<thead><tr><th scope="col">Class</th><th scope="col">Values by age</th><th scope="col">Within</th><th scope="col">Oldest known</th></tr></thead>
<tbody>${classes.map(row)}</tbody></table>`
}
</section>`;
}

function row({
  className,
  maxAgeMs,
  bands,
  values,
  withoutValue,
  withinMaxAge,
  unknownAge,
  oldest,
}: ClassAges): Html {
  const over = values - withinMaxAge - unknownAge;
  const words = bands.flatMap((count, at) =>
    count === 0 ? [] : [`${numberText(count)} ${AGE_BANDS[at] ?? ''}`],
  );
  const notes = [
    ...(over > 0 ? [`${numberText(over)} over`] : []),
    ...(unknownAge > 0 ? [`${numberText(unknownAge)} unknown`] : []),
  ];
  return html`<tr><td><b>${className}</b><br><span class="dim">at most ${ageText(maxAgeMs)}</span></td><td>${
    values === 0
      ? html`<span class="dim">no value yet</span>`
      : html`<div class="stackbar" role="img" aria-label="${className}: ${words.join(', ')}">${bands.map((count, at) => (count === 0 ? null : html`<i class="a${at}" style="flex-grow:${count}"></i>`))}</div><span class="dim">${words.join(', ')}</span>`
  }${withoutValue === 0 ? null : html`<br><span class="dim">${counted(withoutValue, 'secret')} without a value</span>`}</td><td data-label="within">${values === 0 ? html`<span class="dim dash">–</span>` : html`<b class="${withinMaxAge === values ? 'good' : 'bad'}">${shareText(withinMaxAge, values)}</b>`}${notes.length === 0 ? null : html`<br><span class="bad">${notes.join(', ')}</span>`}</td><td data-label="oldest">${oldest === null ? html`<span class="dim dash">–</span>` : html`${ageText(oldest.ageMs)}<br>${refText(oldest.ref)}`}</td></tr>`;
}
