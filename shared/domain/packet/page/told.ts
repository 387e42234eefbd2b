import { type Html, html } from '../../page/html.ts';
import { chip, refText, timeOrDash } from '../../page/words.ts';
import type { Packet } from '../packet.ts';
import { isOpen, type PacketDelivery } from '../told.ts';
import type { VersionNames } from './version-names.ts';

export function told({ told: deliveries }: Packet, versions: VersionNames): Html {
  return html`<section><h2>Who was told, and who confirmed</h2>
${
  deliveries.length === 0
    ? html`<p>No consumer was to be told of these secrets.</p>`
    : html`<p class="dim">Told: the consumer answered that it has the message. Confirmed: it named the new version as the one that it uses.</p>
${[...Map.groupBy(deliveries, ({ consumer }) => consumer).values()].map((group) => consumer(group, versions))}`
}
</section>`;
}

function consumer(group: readonly PacketDelivery[], versions: VersionNames): Html {
  const { consumer: name = '', owner = null, mustConfirm = false } = group[0] ?? {};
  const count = (state: PacketDelivery['state']) =>
    group.filter((delivery) => delivery.state === state).length;
  const open = group.filter(isOpen).length;
  const parts = [
    `${count('confirmed')} of ${group.length} confirmed`,
    ...(count('told') > 0
      ? [`${count('told')} told${mustConfirm ? ' and not confirmed' : ', which suffices'}`]
      : []),
    ...(count('overtaken') > 0 ? [`${count('overtaken')} overtaken by a newer version`] : []),
    ...(count('due') > 0 ? [`${count('due')} not told`] : []),
  ];
  return html`<details${open > 0 ? html` open` : null}><summary><b>${name}</b> ${open > 0 ? chip('bad', `${open} open`) : null}
<span class="sum">${owner === null ? 'not enrolled any more' : `owner ${owner}`}; ${parts.join(', ')}</span></summary>
<table><colgroup><col><col class="state"><col class="fate"><col class="time"><col class="time"><col class="tries"></colgroup>
<thead><tr><th>Secret</th><th>State</th><th>Version</th><th>Told (UTC)</th><th>Confirmed (UTC)</th><th>Tries</th></tr></thead>
<tbody>${group.map((delivery) => row(delivery, versions))}</tbody></table></details>`;
}

function row(delivery: PacketDelivery, versions: VersionNames): Html {
  const { state, attempts, lastError } = delivery;
  return html`<tr><td>${refText(delivery.ref)}</td><td>${chip(isOpen(delivery) ? 'bad' : 'good', state === 'due' ? 'not told' : state)}</td><td class="ordinal">${versions.nameOf(delivery.versionId)}</td><td class="told">${timeOrDash(delivery.toldAtMs)}</td><td class="confirmed">${timeOrDash(delivery.confirmedAtMs)}</td><td class="tries">${attempts}${lastError === null ? null : `: ${lastError}`}</td></tr>`;
}
