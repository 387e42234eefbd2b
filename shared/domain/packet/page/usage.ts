import { counted } from '../../page/counted.ts';
import { type Html, html } from '../../page/html.ts';
import { chip, refText, timeText } from '../../page/words.ts';
import type { Packet } from '../packet.ts';
import type { PacketHolder, PacketSource } from '../usage.ts';
import type { VersionNames } from './version-names.ts';

/** Null in a packet of earlier days, which does not say it. */
export function holders({ holders: all, incident, epoch }: Packet, versions: VersionNames): Html | null {
  if (all === undefined) return null;
  const alive = all.filter(({ worthlessSinceMs }) => worthlessSinceMs === null);
  const verdict =
    all.length === 0
      ? 'Nobody: no read of a version of before is on record.'
      : alive.length === 0
        ? 'Each value that was handed out was seen to be refused since: whoever has it still opens nothing with it.'
        : `${alive.length} of ${all.length} hold a value that was not seen to be refused.`;
  return html`<section><h2>Who may still hold a value of before</h2>
<p class="dim">Whoever was handed a version older than epoch ${epoch}, which ${incident} began, since that version was in use, before the leak included. Nothing takes back what was read; only its being dead does.</p>
<p>${verdict}</p>
${[...Map.groupBy(all, ({ user, agent }) => JSON.stringify([user, agent])).values()].map((group) => holder(group, versions))}
</section>`;
}

function holder(group: readonly PacketHolder[], versions: VersionNames): Html {
  const { user = '', agent = null } = group[0] ?? {};
  const alive = group.filter(({ worthlessSinceMs }) => worthlessSinceMs === null).length;
  return html`<details${alive > 0 ? html` open` : null}><summary><b>${user}</b>${agent === null ? null : html`, agent <b>${agent}</b>`}
<span class="sum">${counted(group.length, 'value')}, ${alive === 0 ? 'all worthless' : `${alive} not proven dead`}</span></summary>
<table><colgroup><col><col class="fate"><col class="state"><col class="time"><col class="time"><col class="why"></colgroup>
<thead><tr><th>Secret</th><th>Version</th><th>Now</th><th>First read (UTC)</th><th>Last read (UTC)</th><th>From, by whose word</th></tr></thead>
<tbody>${group.map((one) => row(one, versions))}</tbody></table></details>`;
}

function row(held: PacketHolder, versions: VersionNames): Html {
  const { ref, versionId, worthlessSinceMs, reads, firstMs, lastMs, places, morePlaces } = held;
  const now =
    worthlessSinceMs === null
      ? chip('bad', 'not proven dead')
      : html`${chip('good', 'worthless')} <span class="dim">since ${timeText(worthlessSinceMs)} UTC</span>`;
  const more = morePlaces === 0 ? '' : ` and ${morePlaces} more`;
  const who = held.onBehalfOf === null ? null : html`for <b>${held.onBehalfOf}</b>, `;
  const supposed = held.certainty === 'certain' ? 'certain' : 'likely: no source names the version';
  return html`<tr><td>${refText(ref)}</td><td class="ordinal">${versions.nameOf(versionId)}</td><td>${now}</td><td class="first">${timeText(firstMs)}</td><td class="last">${timeText(lastMs)}</td><td>${who}${counted(reads, 'read')} from ${places.join(', ')}${more}, told by ${held.sources.join(', ')}; <span class="dim">${supposed}</span></td></tr>`;
}

/** Null in a packet of earlier days, which does not say it. */
export function sources({ sources: all }: Packet): Html | null {
  if (all === undefined) return null;
  return html`<section><h2>Is it all of it?</h2>
<dl class="facts">${all.map((source) => html`<div><dt>${source.source}</dt><dd>${sayOf(source)} ${counted(source.reads, 'read')} here${source.newestMs === null ? '.' : `, the newest of ${timeText(source.newestMs)} UTC.`}</dd></div>`)}</dl>
<p class="dim">A read that comes to be known later is in the audit and not in this packet: <code>rekey incident show</code> says how many there are, and a further packet has them.</p>
</section>`;
}

function sayOf({ source, completeFromMs, completeUntilMs, trail, unread }: PacketSource): string {
  const until = completeUntilMs === null ? '' : timeText(completeUntilMs);
  switch (source) {
    case 'resolver':
      return completeUntilMs === null
        ? 'What is here is certain. Policy lets reads of this class go on while the audit cannot be written: those that wait for it may still come.'
        : `Certain, and each value that was handed out until ${until} UTC is here: it writes before it hands out.`;
    case 'cloudtrail':
      return completeUntilMs === null
        ? 'What is here is certain. Nothing is known to be complete: no trail’s files were compared within a day before this was written. Events come minutes late, without a bound.'
        : `What is here is certain. Complete from ${timeText(completeFromMs ?? 0)} until ${until} UTC, as the files of trail ${trail ?? ''} were compared${unread === 0 ? '' : `, but for ${counted(unread, 'record')} that nobody understood`}. What happened after that may still come: events minutes late, without a bound, files about five minutes more.`;
    case 'import':
      return 'As certain as the log that was brought. Complete as far as somebody brought it, which nobody here can see.';
    default:
      return '';
  }
}
