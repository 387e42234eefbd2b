import type { Packet } from '../packet.ts';
import { head } from './head.ts';
import { html } from './html.ts';
import { left } from './left.ts';
import { observed } from './observed.ts';
import { readers } from './readers.ts';
import { secrets } from './secrets.ts';
import { source } from './source.ts';
import { STYLE } from './style.ts';
import { times } from './times.ts';
import { told } from './told.ts';
import { versionNames } from './version-names.ts';

/** The packet as one page that needs nothing else: readable in print, in the dark and on a telephone. */
export function renderPacketHtml(packet: Packet): string {
  const versions = versionNames(packet);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${packet.incident}: ${packet.className}</title>
<style>${STYLE}</style></head><body><main>
${head(packet)}
${times(packet)}
${left(packet)}
${observed(packet)}
${readers(packet, versions)}
${told(packet, versions)}
${secrets(packet)}
${source(packet)}
</main></body></html>
`.text;
}
