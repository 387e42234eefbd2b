import { elapsedText } from '../../elapsed.ts';
import { type Html, html } from '../../page/html.ts';
import { chip, refText, type Tone, timeOrDash } from '../../page/words.ts';
import type { Standing } from '../../progress.ts';
import { FATES, type Fate } from '../../version.ts';
import type { Packet } from '../packet.ts';
import type { PacketSecret, PacketVersion } from '../secret-fate.ts';
import type { PacketTarget } from '../targets.ts';

/** In the order in which a reader wants them: what is not in order first. */
const STANDINGS: Readonly<Record<Standing, readonly [Tone, string]>> = {
  'under-way': ['bad', 'not re-issued'],
  reissued: ['bad', 'not proven dead'],
  'by-hand': ['bad', 'people replace it'],
  superseded: ['note', 'taken over by a newer break-glass'],
  proven: ['good', 'proven dead'],
};
const ORDER = Object.keys(STANDINGS);

const FATE_TONES: Readonly<Record<Fate, Tone>> = {
  pending: 'note',
  live: 'good',
  grace: 'note',
  cut: 'note',
  'revoked-proven': 'good',
  'revoked-unproven': 'bad',
  failed: 'dim',
};

export function secrets(packet: Packet): Html {
  const byTarget = Map.groupBy(packet.secrets, (secret) => secret.target);
  const fates = FATES.filter((fate) => packet.fates[fate] > 0).map(
    (fate) => html` ${chip(fate === 'revoked-unproven' ? 'bad' : 'dim', `${packet.fates[fate]} ${fate}`)}`,
  );
  return html`<section><h2>What became of each secret</h2>
${fates.length === 0 ? html`<p>There is none.</p>` : html`<p>Every version ever issued of them:${fates}</p>`}
${packet.targets.map((target) => targetDetails(target, byTarget.get(target.target) ?? [], packet.epoch))}
</section>`;
}

function targetDetails(target: PacketTarget, group: readonly PacketSecret[], epoch: number): Html {
  const open = target.proven < target.secrets || group.some(({ needsPerson }) => needsPerson);
  const sorted = group.toSorted((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing));
  const parts = [
    `${target.proven} of ${target.secrets} proven dead`,
    ...(target.parked > 0 ? [`${target.parked} set aside`] : []),
    ...(target.lastReissued === null ? [] : [`last re-issued after ${elapsedText(target.lastReissued)}`]),
    ...(target.lastProven === null ? [] : [`last proof after ${elapsedText(target.lastProven)}`]),
  ];
  return html`<details${open ? html` open` : null}><summary><b>${target.target === '' ? 'Of no target' : target.target}</b> <span class="bar ${target.proven === target.secrets ? 'good' : 'bad'}"><i style="width:${Math.floor((target.proven / Math.max(1, target.secrets)) * 100)}%"></i></span>
<span class="sum">${parts.join('; ')}</span></summary>
<table class="fates"><colgroup><col><col class="count"><col class="fate"><col class="time"><col class="time"><col class="why"></colgroup>
<thead><tr><th>Secret</th><th>Version</th><th>Fate</th><th>In use from (UTC)</th><th>Proven dead (UTC)</th><th>What was seen</th></tr></thead>
${sorted.map((secret) => secretRows(secret, epoch))}</table></details>`;
}

function secretRows(secret: PacketSecret, incidentEpoch: number): Html {
  const { ref, tenant, owner, standing, parked, needsPerson, versions } = secret;
  const whose = owner === null ? 'not enrolled any more' : `tenant ${tenant ?? ''}, owner ${owner}`;
  const [first, ...others] = versions;
  // Where a version's own reason says it already, it is not said twice.
  const aside = versions.some(({ reason }) => reason === parked) ? null : parked;
  const rows = Math.max(1, versions.length) + (aside === null ? 0 : 1);
  return html`<tbody><tr><td class="secret"${rows > 1 ? html` rowspan="${rows}"` : null}>${refText(ref)}<br><span class="dim">${whose}</span><br>${chip(...STANDINGS[standing])}${
    needsPerson ? html` ${chip('bad', 'needs a person')}` : null
  }</td>${
    first === undefined
      ? html`<td colspan="5">no version is on record</td>`
      : versionCells(first, incidentEpoch)
  }</tr>${others.map((version) => html`<tr>${versionCells(version, incidentEpoch)}</tr>`)}${
    aside === null ? null : html`<tr><td colspan="5" class="bad">${aside}</td></tr>`
  }</tbody>`;
}

function versionCells(version: PacketVersion, incidentEpoch: number): Html {
  const { ordinal, epoch, fate, current, promotedAtMs, provenAtMs, evidence, reason } = version;
  const old = epoch < incidentEpoch;
  // An old one that lives is what the incident is about.
  const tone = old && fate === 'live' ? 'bad' : FATE_TONES[fate];
  const seen = evidence ?? reason ?? (current ? `what readers ${old ? 'still ' : ''}get` : '');
  return html`<td class="ordinal">${ordinal} <span class="dim">epoch ${epoch}</span></td><td>${chip(tone, fate)}</td><td class="in-use">${timeOrDash(promotedAtMs)}</td><td class="proven">${timeOrDash(provenAtMs)}</td><td>${seen}</td>`;
}
