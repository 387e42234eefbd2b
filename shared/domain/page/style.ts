import { html } from './html.ts';

/** Nothing is loaded: system fonts, no picture. Colours keep 4.5 to 1 against their ground, in the light and in the dark. */
export const COMMON_STYLE = html`
:root{color-scheme:light dark;--ink:#16191d;--dim:#57616c;--line:#d8dee4;--paper:#fff;--soft:#f5f7f9;--good:#136534;--good-soft:#e6f4ea;--bad:#a3271c;--bad-soft:#fcebe9;--note:#7a5000;--note-soft:#fdf3dc}
@media (prefers-color-scheme:dark){:root{--ink:#e3e7eb;--dim:#9ca7b3;--line:#2f3740;--paper:#0e1115;--soft:#161a20;--good:#63cf91;--good-soft:#11251a;--bad:#ff958a;--bad-soft:#2c1715;--note:#e8bc62;--note-soft:#28200f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;font:.9375rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
main{max-width:1120px;margin:0 auto;padding:24px 20px 64px}
h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.01em;margin:6px 0}
h2{font-size:1.15rem;line-height:1.3;margin:0 0 10px}
section{margin-top:36px}
p{margin:0 0 8px}dl,dd,ol{margin:0;padding:0}
code{font:.9em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{margin:8px 0;padding:12px 14px;border-radius:8px;background:var(--soft);white-space:pre-wrap}
.dim{color:var(--dim)}.good{color:var(--good)}.bad{color:var(--bad)}.note{color:var(--note)}
.chip{display:inline-block;padding:0 8px;border-radius:.8em;font-size:.85em;font-weight:600;line-height:1.6;background:var(--soft)}
.chip.good{background:var(--good-soft)}.chip.bad{background:var(--bad-soft)}.chip.note{background:var(--note-soft)}
header{padding:18px 22px;border-radius:10px;border-left:6px solid}
header.good{background:var(--good-soft)}header.bad{background:var(--bad-soft)}
header>*{color:var(--ink)}header.good h1{color:var(--good)}header.bad h1{color:var(--bad)}
header p{margin:0}.eyebrow{color:var(--dim)}header .chip{border:1px solid}
.facts{margin-top:18px}.facts div{display:grid;grid-template-columns:8.5rem 1fr;gap:2px 12px;padding:3px 0}
dt{color:var(--dim)}
details{border:1px solid var(--line);border-radius:8px;margin:10px 0;padding:0 16px}
summary{cursor:pointer;padding:10px 0}
summary .sum{display:block;color:var(--dim);font-size:.9rem}
.bar{display:inline-block;width:120px;height:8px;margin-left:8px;border-radius:4px;background:var(--bad-soft);overflow:hidden;vertical-align:middle;border:1px solid}
.bar i{display:block;height:100%;background:currentColor}
.bar.bad i{background:var(--good)}
table{width:100%;table-layout:fixed;border-collapse:collapse;font-size:.87rem;margin-bottom:12px;font-variant-numeric:tabular-nums}
th{padding:6px 12px 6px 0;text-align:left;font-weight:600;color:var(--dim);border-bottom:1px solid var(--line);vertical-align:bottom}
td{padding:6px 12px 6px 0;vertical-align:top;border-bottom:1px solid var(--line)}
tbody:last-child>tr:last-child>td{border-bottom:0}
@page{margin:15mm 14mm 17mm;@bottom-right{content:counter(page) ' / ' counter(pages);font:9px system-ui,sans-serif;color:#555}}
@media print{
:root{color-scheme:light;--ink:#000;--dim:#444;--line:#bbb;--paper:#fff;--soft:#f4f4f4;--good:#0b5428;--good-soft:#e9f3ec;--bad:#8f1a10;--bad-soft:#f9ebe9;--note:#664300;--note-soft:#f9f1df}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
html{font-size:11px}main{max-width:none;padding:0}h2{break-after:avoid}section{margin-top:20px}
th,td{padding:4px 8px 4px 0}
details{padding:0 10px}details::details-content{content-visibility:visible;display:block;height:auto}
summary{list-style:none;break-inside:avoid;break-after:avoid}summary::-webkit-details-marker{display:none}
thead{display:table-header-group}tr,header{break-inside:avoid}
}
`;
