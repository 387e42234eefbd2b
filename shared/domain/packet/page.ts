import type { Packet } from './packet.ts';
import type { PacketSecret } from './secret-fate.ts';

const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--dim:#57606a;--line:#d0d7de;--paper:#fff;--good:#1a7f37;--bad:#b42318;--soft:#f6f8fa}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9da7b3;--line:#363d47;--paper:#0d1117;--good:#4ac26b;--bad:#ff8b7d;--soft:#161b22}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:24px 16px 64px;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 4px}h2{font-size:1.1rem;margin:32px 0 8px}
p{margin:4px 0}.dim{color:var(--dim)}.good{color:var(--good)}.bad{color:var(--bad)}
code,.ref{font:.92em ui-monospace,monospace;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:16px 0}
dl div{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:10px 12px}
dt{color:var(--dim);font-size:.85rem}dd{margin:0;font-size:1.1rem;font-variant-numeric:tabular-nums}
ul{padding-left:20px;margin:4px 0}li{overflow-wrap:anywhere;margin:3px 0}
details{border:1px solid var(--line);border-radius:6px;margin:8px 0;padding:6px 12px}
summary{cursor:pointer;overflow-wrap:anywhere}
.row{border-top:1px solid var(--line);padding:6px 0;overflow-wrap:anywhere}.row:first-of-type{border-top:0}
@media print{:root{--ink:#000;--dim:#444;--line:#bbb;--paper:#fff;--good:#060;--bad:#900;--soft:#fff}body{max-width:none;padding:0;font-size:11px}details{break-inside:auto}details>*{display:block}details::details-content{content-visibility:visible;display:block;height:auto}.row{break-inside:avoid}h2{break-after:avoid}}
`;

/** The packet as one page that needs nothing else: readable in print, in the dark and on a telephone. */
export function renderPacketHtml(packet: Packet): string {
  const { totals } = packet;
  const all = totals.unproven === 0;
  const title = `${packet.incident}: ${packet.className}`;
  const verdict = all
    ? `All ${totals.secrets} stolen credentials are proven dead.`
    : `${totals.proven} of ${totals.secrets} stolen credentials are proven dead; ${totals.unproven} are not.`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(title)}</title><style>${STYLE}</style></head><body>
<h1 class="${all ? 'good' : 'bad'}">${escape(verdict)}</h1>
<p class="dim">Incident <code>${escape(packet.incident)}</code>, class <code>${escape(packet.className)}</code>${escape(scopeOf(packet))}, ${escape(packet.cause)}. Confirmed ${time(packet.confirmedAtMs)} by ${escape(packet.startedBy)}.</p>
<dl>${fact('Contained', packet.times.contained)}${fact('Cut at targets', packet.times.cut)}${fact('Re-issued', packet.times.reissued)}${fact('Proven dead', packet.times.proven)}${fact('Re-opened', packet.times.reopened)}</dl>
<h2>What is left to do</h2>
${packet.left.length === 0 ? '<p>Nothing.</p>' : `<ul>${packet.left.map(({ owner, what, why, first, next }) => `<li><strong>${escape(owner)}</strong>: ${escape(what)}: ${escape(why)}.${first === null ? '' : ` First: ${escape(first)}.`} <code>${escape(next ?? String())}</code></li>`).join('')}</ul>`}
<h2>Containment, as observed</h2>
${packet.layers.length === 0 ? '<p>Nothing was closed: the readers are honest, each old credential was killed on its own.</p>' : `<ul>${packet.layers.map(({ layer, target, state, atMs, detail }) => `<li><strong>${escape(target ?? layer)}</strong>: <span class="${state === 'observed' ? 'good' : 'bad'}">${escape(state)}</span>${atMs === undefined ? '' : ` after ${seconds(atMs - packet.confirmedAtMs)}`}: ${escape(detail)}</li>`).join('')}</ul>`}
${packet.signedBy.length === 0 ? '' : `<p>Signed by ${packet.signedBy.map(({ person, atMs }) => `${escape(person)} (${time(atMs)})`).join(', ')}.</p>`}
<h2>Who read what${packet.leakedSinceMs === null ? '' : ` since ${time(packet.leakedSinceMs)}`}</h2>
${readers(packet)}
<h2>Who was told</h2>
${told(packet)}
<h2>Each secret</h2>
${[...Map.groupBy(packet.secrets, (secret) => secret.target)].map(([target, secrets]) => targetDetails(target, secrets)).join('')}
<h2>Where this comes from</h2>
<p>Plan <code>${escape(packet.planHash)}</code>, epoch ${packet.epoch}. Audit chain ${escape(packet.audit.chain)} at entry ${packet.audit.seq}, <code>${escape(packet.audit.hash)}</code>. Written ${time(packet.writtenAtMs)}. The signed JSON beside this page is the record; this page only shows it.</p>
</body></html>
`;
}

function scopeOf({ scope }: Packet): string {
  const parts = [
    scope.tenant === undefined ? '' : `tenant ${scope.tenant}`,
    scope.target === undefined ? '' : `target ${scope.target}`,
    scope.secretRef ?? '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function fact(name: string, ms: number | null): string {
  return `<div><dt>${name}</dt><dd>${ms === null ? '<span class="dim">not observed</span>' : seconds(ms)}</dd></div>`;
}

function readers({ reads }: Packet): string {
  if (reads.length === 0) return '<p>No read is in the audit.</p>';
  return [...Map.groupBy(reads, ({ user, agent }) => (agent === null ? user : `${user}, agent ${agent}`))]
    .map(([who, group]) => {
      const count = (outcome: string) =>
        group.filter((read) => read.outcome === outcome).reduce((total, read) => total + read.count, 0);
      const rows = group
        .map(
          (read) =>
            `<div class="row"><span class="ref">${escape(read.ref)}</span> version <code>${escape(read.versionId?.slice(0, 8) ?? 'none')}</code>: ${escape(read.outcome)}, ${read.count} times, ${time(read.firstMs)} to ${time(read.lastMs)}</div>`,
        )
        .join('');
      return `<details><summary><strong>${escape(who)}</strong>: ${count('success')} reads, ${count('denied')} denied, ${new Set(group.map((read) => read.ref)).size} secrets</summary>${rows}</details>`;
    })
    .join('');
}

function told(packet: Packet): string {
  if (packet.told.length === 0) return '<p>No consumer is told of these secrets.</p>';
  return [...Map.groupBy(packet.told, (delivery) => delivery.consumer)]
    .map(([consumer, group]) => {
      const confirmed = group.filter((delivery) => delivery.state === 'confirmed').length;
      const taken = group.filter((delivery) => delivery.state === 'told').length;
      const open = group.length - confirmed - taken;
      const errors = [...new Set(group.flatMap((delivery) => delivery.lastError ?? []))];
      return `<p><strong>${escape(consumer)}</strong> (owner ${escape(group[0]?.owner ?? 'unknown')}): ${confirmed} confirmed, ${taken} told, <span class="${open > 0 ? 'bad' : ''}">${open} not reached</span>${errors.length === 0 ? '' : `: ${errors.map(escape).join('; ')}`}</p>`;
    })
    .join('');
}

function targetDetails(target: string, secrets: readonly PacketSecret[]): string {
  const proven = secrets.filter((secret) => secret.standing === 'proven').length;
  const rows = secrets
    .map(
      (secret) =>
        `<div class="row"><span class="ref">${escape(secret.ref)}</span> <span class="dim">${escape(secret.tenant ?? 'unknown')}, owner ${escape(secret.owner ?? 'unknown')}</span>: <span class="${secret.standing === 'proven' ? 'good' : 'bad'}">${escape(secret.standing)}</span>${secret.parked === null ? '' : `, parked: ${escape(secret.parked)}`}${secret.versions.map((version) => `<br><span class="dim">version ${version.ordinal}, epoch ${version.epoch}:</span> ${escape(version.fate)}${version.current ? ', current' : ''}${version.provenAtMs === null ? '' : ` ${time(version.provenAtMs)}`}${(version.evidence ?? version.reason) === null ? '' : `: ${escape(version.evidence ?? version.reason ?? '')}`}`).join('')}</div>`,
    )
    .join('');
  return `<details${proven < secrets.length ? ' open' : ''}><summary><strong>${escape(target)}</strong>: ${proven} of ${secrets.length} proven dead</summary>${rows}</details>`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

function time(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => ESCAPES[letter] ?? letter);
}
