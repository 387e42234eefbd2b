import { elapsedText } from '../../elapsed.ts';
import { type Html, html } from '../../page/html.ts';
import { timeText } from '../../page/words.ts';
import type { Packet } from '../packet.ts';

/** The five moments, each with its time on the clock, or with why there is none. */
export function times(packet: Packet): Html {
  const { fence, cut, totals } = packet;
  const closed = fence || cut;
  const targets = packet.layers.filter(({ layer }) => layer === 'target');
  const uncut = targets.flatMap(({ state, target }) => (state === 'not-yet-observed' ? (target ?? '') : []));
  const but = [
    ...(uncut.length === 0 ? [] : [`not at ${uncut.join(', ')}`]),
    ...(targets.some(({ state }) => state === 'not-enforceable') ? ['some cannot be cut'] : []),
  ].join('; ');
  const reissued = packet.secrets.filter(
    ({ standing }) => standing !== 'under-way' && standing !== 'by-hand',
  ).length;
  const soFar = (count: number) => `${count} of ${totals.secrets} so far`;
  return html`<dl class="times">
${moment(packet, 'Contained', 'contained', closed ? 'not observed yet' : 'nothing was closed', but)}
${moment(packet, 'Cut at the targets', 'cut', cut ? 'not observed yet' : 'nothing was cut', but)}
${moment(packet, 'Re-issued', 'reissued', totals.secrets === 0 ? 'nothing to re-issue' : soFar(reissued), '')}
${moment(packet, 'Proven dead', 'proven', totals.secrets === 0 ? 'nothing to prove' : soFar(totals.proven), '')}
${moment(packet, 'Re-opened', 'reopened', fence ? 'reads are still refused' : 'nothing was fenced', '')}
</dl>`;
}

function moment(
  { times: seen, confirmedAtMs }: Packet,
  name: string,
  which: keyof Packet['times'],
  whyNot: string,
  but: string,
): Html {
  const ms = seen[which];
  if (ms === null) return html`<div class="none"><dt>${name}</dt><dd>${whyNot}</dd></div>`;
  return html`<div><dt>${name}</dt><dd>${elapsedText(ms)}</dd><dd class="at">${timeText(confirmedAtMs + ms)} UTC</dd>${
    but === '' ? null : html`<dd class="at bad">${but}</dd>`
  }</div>`;
}
