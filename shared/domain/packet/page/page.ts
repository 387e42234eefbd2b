import { pageOf } from '../../page/document.ts';
import { html } from '../../page/html.ts';
import type { Packet } from '../packet.ts';
import { head } from './head.ts';
import { left } from './left.ts';
import { observed } from './observed.ts';
import { readers } from './readers.ts';
import { secrets } from './secrets.ts';
import { source } from './source.ts';
import { STYLE } from './style.ts';
import { times } from './times.ts';
import { told } from './told.ts';
import { holders, sources } from './usage.ts';
import { versionNames } from './version-names.ts';

/** The packet as one page that needs nothing else: readable in print, in the dark and on a telephone. */
export function renderPacketHtml(packet: Packet): string {
  const versions = versionNames(packet);
  return pageOf({
    title: `${packet.incident}: ${packet.className}`,
    style: STYLE,
    body: html`<main>
${head(packet)}
${times(packet)}
${left(packet)}
${observed(packet)}
${holders(packet, versions)}
${readers(packet, versions)}
${sources(packet)}
${told(packet, versions)}
${secrets(packet)}
${source(packet)}
</main>`,
  });
}
