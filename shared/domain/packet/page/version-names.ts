import { type Html, html } from '../../page/html.ts';
import type { Packet } from '../packet.ts';

/** What people call a version: its number within its secret, with what became of it. */
export interface VersionNames {
  nameOf(id: string | null): Html;
}

export function versionNames({ secrets }: Packet): VersionNames {
  const known = new Map(
    secrets.flatMap(({ versions }) => versions.map((version) => [version.id, version] as const)),
  );
  return {
    nameOf(id) {
      if (id === null) return html`<span class="dim">none given out</span>`;
      const version = known.get(id);
      return version === undefined
        ? html`<code>${id}</code>`
        : html`${version.ordinal} <span class="dim">(${version.fate})</span>`;
    },
  };
}
