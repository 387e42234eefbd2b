import { type Html, html } from './html.ts';

/** `good`: seen as it should be. `bad`: not in order. `note`: waits, or cannot be. `dim`: neither. */
export type Tone = 'good' | 'bad' | 'note' | 'dim';

export function chip(tone: Tone, text: string): Html {
  return html`<span class="chip ${tone}">${text}</span>`;
}

/** `2026-11-24 03:00:05`, in UTC; what is beside it says so. */
export function timeText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** A reference breaks at its slashes first, wherever there is no room for it. */
export function refText(ref: string): Html {
  const parts = ref.split(/(?<=\/)(?=[^/])/);
  return html`<code>${parts.map((part, index) => (index === 0 ? part : html`<wbr>${part}`))}</code>`;
}

/** A cell's time; null: a dash. */
export function timeOrDash(atMs: number | null): Html {
  return atMs === null ? html`<span class="dim dash">–</span>` : html`${timeText(atMs)}`;
}
