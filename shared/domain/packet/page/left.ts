import { type Html, html } from '../../page/html.ts';
import { refText } from '../../page/words.ts';
import type { LeftToDo } from '../left-to-do.ts';
import type { Packet } from '../packet.ts';

/** Named in full in the list of secrets; here as many as help to see which are meant. */
const REFS_SHOWN = 3;

export function left({ left: things }: Packet): Html {
  return html`<section><h2>What is left to do</h2>
${things.length === 0 ? html`<p>Nothing.</p>` : html`<ol class="left">${things.map(thing)}</ol>`}
</section>`;
}

function thing({ owner, what, why, first, next, refs }: LeftToDo): Html {
  const more = refs.length - REFS_SHOWN;
  return html`<li>
<p><b>${what}</b></p>
<dl><dt>Why</dt><dd>${why}</dd><dt>Whose</dt><dd><b>${owner}</b></dd>${first === null ? null : html`<dt>First</dt><dd>${first}</dd>`}${next === null ? null : html`<dt>Then</dt><dd><code>${next}</code></dd>`}${
    refs.length === 0
      ? null
      : html`<dt>Which</dt><dd>${refs.slice(0, REFS_SHOWN).map((ref) => html`${refText(ref)} `)}${more > 0 ? `and ${more} more` : null}</dd>`
  }</dl>
</li>`;
}
