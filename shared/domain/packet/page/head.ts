import type { Cause } from '../../cause.ts';
import { counted } from '../../page/counted.ts';
import { type Html, html } from '../../page/html.ts';
import { chip, timeText } from '../../page/words.ts';
import type { Packet } from '../packet.ts';

const CAUSES: Readonly<Record<Cause, string>> = {
  'values-leaked': 'values were seen where they do not belong; the readers are honest',
  'reader-compromised': 'someone who could read the store is hostile',
  unknown: 'not known, so treated as a hostile reader',
};

/** The verdict, and what the incident was. */
export function head(packet: Packet): Html {
  const { totals, fence, times, principal, leakedSinceMs } = packet;
  const waits = fence && times.reopened === null;
  return html`<header class="${totals.unproven === 0 ? 'good' : 'bad'}">
<p class="eyebrow">Incident packet <code>${packet.incident}</code> ${waits ? chip('note', 'fenced, waits for people') : null}</p>
<h1>${verdict(packet)}</h1>
<p>${remainder(packet)}</p>
</header>
<dl class="facts">
${fact('Scope', html`class <b>${packet.className}</b>${scopeOf(packet)}, ${counted(totals.secrets, 'secret')} at ${counted(packet.targets.filter(({ target }) => target !== '').length, 'target')}`)}
${fact('Cause', html`<b>${packet.cause}</b>: ${CAUSES[packet.cause]}`)}
${fact('Leaked since', leakedSinceMs === null ? html`the responder gave no moment` : html`${timeText(leakedSinceMs)} UTC, as the responder said`)}
${principal === null ? null : fact('Compromised', html`<b>${principal}</b>, as the responder said`)}
${fact('Confirmed', html`${timeText(packet.confirmedAtMs)} UTC by <b>${packet.startedBy}</b>; every duration counts from here`)}
</dl>`;
}

function fact(name: string, text: Html): Html {
  return html`<div><dt>${name}</dt><dd>${text}</dd></div>`;
}

function verdict({ totals: { secrets, proven } }: Packet): string {
  if (secrets === 0) return 'No secret was in the scope';
  if (secrets === 1) return `The old credential is ${proven === 1 ? '' : 'not '}proven dead`;
  return proven === secrets
    ? `All ${secrets} old credentials are proven dead`
    : `${proven} of ${secrets} old credentials are proven dead`;
}

function remainder({ totals: { secrets, unproven, superseded } }: Packet): string {
  if (secrets === 0) return 'Nothing was re-issued, and nothing is claimed.';
  if (unproven === 0) return 'Each was seen to be refused at its target, or to be gone there.';
  const open = unproven - superseded;
  return [
    ...(open === 0 ? [] : [`${open} ${open === 1 ? 'is' : 'are'} not: see what is left to do.`]),
    ...(superseded === 0 ? [] : [`A newer break-glass has taken over ${superseded}: see its packet.`]),
  ].join(' ');
}

function scopeOf({ scope }: Packet): string {
  return [
    scope.tenant === undefined ? '' : `, tenant ${scope.tenant}`,
    scope.target === undefined ? '' : `, target ${scope.target}`,
    scope.secretRef === undefined ? '' : `, secret ${scope.secretRef}`,
  ].join('');
}
