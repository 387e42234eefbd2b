import { type Html, html } from './html.ts';
import { COMMON_STYLE } from './style.ts';

/** A page that needs nothing else: it loads nothing, runs nothing and sends nothing, and its own policy holds it to that. */
export function pageOf({
  title,
  style,
  body,
}: {
  readonly title: string;
  /** What the page has of its own. */
  readonly style: Html;
  readonly body: Html;
}): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${title}</title>
<style>${COMMON_STYLE}${style}</style></head><body>${body}</body></html>
`.text;
}
