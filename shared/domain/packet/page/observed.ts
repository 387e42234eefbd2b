import { elapsedText } from '../../elapsed.ts';
import type { LayerReport } from '../../incident.ts';
import { type Html, html } from '../../page/html.ts';
import { chip, type Tone, timeText } from '../../page/words.ts';
import type { Packet } from '../packet.ts';

const STATES: Readonly<Record<LayerReport['state'], readonly [Tone, string]>> = {
  observed: ['good', 'observed'],
  'not-yet-observed': ['bad', 'not yet observed'],
  'not-enforceable': ['note', 'not enforceable'],
};

/** What was closed, layer by layer, by whose word, and who signed that it is open again. */
export function observed(packet: Packet): Html {
  return html`<section><h2>Containment, as observed</h2>
${packet.layers.length === 0 ? html`<p>${whyNothing(packet)}</p>` : layers(packet)}
${packet.signedBy.length === 0 ? null : html`<p>Signed for by ${packet.signedBy.map(({ person, atMs }, index) => html`${index > 0 ? ', ' : ''}<b>${person}</b> (${timeText(atMs)} UTC)`)}.</p>`}
</section>`;
}

function whyNothing({ fence, cut }: Packet): string {
  return fence || cut
    ? 'Nothing was observed yet.'
    : 'Nothing was closed: the readers are honest, and each old credential is killed on its own as soon as the new one is live.';
}

function layers(packet: Packet): Html {
  return html`<p class="dim">A request counts for nothing here. The resolver and the key were tried by a canary reader of Rekey’s own; a target is off by its own word, and one old credential of it was tried where that could be.</p>
<table class="layers"><colgroup><col class="name"><col class="fate"><col class="after"><col></colgroup>
<thead><tr><th>Layer</th><th>State</th><th>After</th><th>What was seen</th></tr></thead>
<tbody>${packet.layers.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)).map((report) => layer(packet, report))}</tbody></table>`;
}

function layer({ confirmedAtMs }: Packet, { layer: name, target, state, atMs, detail }: LayerReport): Html {
  return html`<tr><td><b>${target === undefined ? name : `target ${target}`}</b></td><td>${chip(...STATES[state])}</td><td class="after">${
    atMs === undefined ? '' : elapsedText(Math.max(0, atMs - confirmedAtMs))
  }</td><td>${detail}</td></tr>`;
}

/** As reads go: resolver, key, then the targets by name. */
function placeOf({ layer, target = '' }: LayerReport): string {
  return `${layer === 'resolver' ? 0 : layer === 'key' ? 1 : 2}${target}`;
}
