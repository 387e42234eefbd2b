import { counted } from '../../page/counted.ts';
import { type Html, html } from '../../page/html.ts';
import { chip, refText, type Tone, timeText } from '../../page/words.ts';
import type { Packet } from '../packet.ts';
import type { PacketReads } from '../reads.ts';
import type { VersionNames } from './version-names.ts';

const OUTCOMES: Readonly<Record<PacketReads['outcome'], readonly [Tone, string]>> = {
  success: ['dim', 'read'],
  denied: ['good', 'denied'],
  error: ['note', 'failed'],
};

export function readers(packet: Packet, versions: VersionNames): Html {
  const { reads, leakedSinceMs } = packet;
  return html`<section><h2>Who read which version</h2>
<p class="dim">${
    leakedSinceMs === null
      ? 'By the audit, all of it: the responder gave no moment of the leak.'
      : `By the audit, since ${timeText(leakedSinceMs)} UTC, when it leaked as the responder said.`
  }</p>
${
  reads.length === 0
    ? html`<p>No read of these secrets is on record.</p>`
    : [...Map.groupBy(reads, ({ user, agent }) => JSON.stringify([user, agent])).values()].map((group) =>
        reader(packet, group, versions),
      )
}
</section>`;
}

function reader({ principal }: Packet, group: readonly PacketReads[], versions: VersionNames): Html {
  const { user = '', agent = null } = group[0] ?? {};
  const named = principal !== null && (principal === user || principal === agent);
  return html`<details${named ? html` open` : null}><summary><b>${user}</b>${agent === null ? null : html`, agent <b>${agent}</b>`} ${named ? chip('bad', 'named as compromised') : null}
<span class="sum">${sumOf(group)}</span></summary>
<table><colgroup><col><col class="state"><col class="fate"><col class="count"><col class="time"><col class="time"></colgroup>
<thead><tr><th>Secret</th><th>Outcome</th><th>Version</th><th>Times</th><th>First (UTC)</th><th>Last (UTC)</th></tr></thead>
<tbody>${group.map((read) => row(read, versions))}</tbody></table></details>`;
}

/** `53 reads of 40 versions, 20 denied`: what was refused apart from what was handed out. */
function sumOf(group: readonly PacketReads[]): string {
  const count = (outcome: PacketReads['outcome']) =>
    group.filter((read) => read.outcome === outcome).reduce((total, read) => total + read.count, 0);
  const versions = new Set(group.filter((read) => read.outcome === 'success').map((read) => read.versionId));
  return [
    count('success') === 0
      ? 'nothing handed out'
      : `${counted(count('success'), 'read')} of ${counted(versions.size, 'version')}`,
    ...(count('denied') > 0 ? [`${count('denied')} denied`] : []),
    ...(count('error') > 0 ? [`${count('error')} failed`] : []),
  ].join(', ');
}

function row(read: PacketReads, versions: VersionNames): Html {
  const { ref, versionId, outcome, count, firstMs, lastMs, from = 'resolver', presumed } = read;
  const told = from === 'resolver' ? null : html` <span class="dim">told by ${from}</span>`;
  const supposed = presumed === true ? html` <span class="dim">supposed: the one of then</span>` : null;
  return html`<tr><td>${refText(ref)}</td><td>${chip(...OUTCOMES[outcome])}${told}</td><td class="ordinal">${versions.nameOf(versionId)}${supposed}</td><td class="times-read">${count}</td><td class="first">${timeText(firstMs)}</td><td class="last">${timeText(lastMs)}</td></tr>`;
}
