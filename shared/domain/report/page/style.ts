import { html } from '../../page/html.ts';

/** What the report's page has of its own. Shades are told from each other in grey too; each number stands in words beside them. */
export const STYLE = html`
:root{--heat:#1f5fa8;--heat-ink:#fff;--refused:#b3261e}
@media (prefers-color-scheme:dark){:root{--heat:#6cb0ff;--heat-ink:#0b1016;--refused:#ff8a80}}
.skip{position:absolute;left:-999px}.skip:focus{left:12px;top:8px;padding:6px 12px;background:var(--paper);z-index:1}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
main:focus{outline:none}
a{color:inherit}a:focus-visible,.wide:focus-visible{outline:2px solid var(--heat);outline-offset:2px}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:18px 0 0;padding:0;font-size:.9rem}
.figures{display:grid;grid-template-columns:repeat(5,1fr);gap:12px;margin-top:18px}
.figures div{padding:12px 14px;border:1px solid var(--line);border-radius:10px}
.figures dt{font-size:.87rem}.figures dd{font-size:1.35rem;font-weight:600;line-height:1.35;font-variant-numeric:tabular-nums}
.figures .at{font-size:.8rem;font-weight:400;color:var(--dim)}
.time{margin:14px 0 0}
.time .row{display:grid;grid-template-columns:17rem 1fr;gap:0 14px;align-items:center;padding:3px 0}
.time .name{font-size:.87rem;line-height:1.3}
.strip{display:block;width:100%;height:26px;background:var(--soft);border-radius:3px}
.tick{fill:var(--line)}
.s1,.s2,.s3,.s4,.s5{fill:var(--heat)}.s1{opacity:.25}.s2{opacity:.42}.s3{opacity:.6}.s4{opacity:.8}
.denied{fill:var(--refused)}
.mark{fill:var(--note)}.mark.low{fill:var(--dim)}.mark.high,.mark.critical{fill:var(--refused)}
.key{width:.85em;height:.85em;vertical-align:-.08em;border:1px solid var(--line);margin-right:1px}.key.low{height:.4em;vertical-align:.1em}
.dates{position:relative;height:1.3em;font-size:.75rem;color:var(--dim)}.dates span{position:absolute;white-space:nowrap}
.wide{overflow-x:auto;position:relative}
.long{font-weight:400;color:var(--dim)}
.hours{min-width:820px;table-layout:auto;border-collapse:separate;border-spacing:2px;margin-bottom:4px}
.hours th,.hours td{border:0;padding:2px 3px;text-align:center;vertical-align:middle;font-size:.8rem}
.hours thead th{font-weight:400}
.hours th[scope=row]{text-align:left;color:var(--ink);width:16rem;font-weight:600}
.hours thead th:first-child{text-align:left}
.hours td{border-radius:3px;background:var(--soft);min-width:1.9em}
.hours .h1{background:color-mix(in srgb,var(--heat) 14%,var(--paper))}.hours .h2{background:color-mix(in srgb,var(--heat) 28%,var(--paper))}
.hours .h3{background:color-mix(in srgb,var(--heat) 44%,var(--paper))}.hours .h4{background:color-mix(in srgb,var(--heat) 82%,var(--paper));color:var(--heat-ink)}
.hours .h5{background:var(--heat);color:var(--heat-ink)}
.cards+p{margin-top:8px}
.cards{list-style:none;display:grid;gap:10px}
.cards li{padding:10px 16px;border:1px solid var(--line);border-left:4px solid;border-radius:8px}
.cards li>p{color:var(--ink);margin:0 0 3px}.cards li>p.dim{color:var(--dim)}
.stackbar{display:flex;height:14px;border-radius:3px;overflow:hidden;border:1px solid var(--line);margin:3px 0 2px;gap:1px;background:var(--paper)}
.stackbar i{display:block;min-width:3px}
.legend span{white-space:nowrap;margin-right:8px}.legend i{display:inline-block;width:.85em;height:.85em;vertical-align:-.08em;border:1px solid var(--line)}
.a0{background:color-mix(in srgb,var(--heat) 18%,var(--paper))}.a1{background:color-mix(in srgb,var(--heat) 40%,var(--paper))}.a2{background:color-mix(in srgb,var(--heat) 70%,var(--paper))}.a3{background:var(--heat)}
.a4{background:var(--refused)}.a5{background:repeating-linear-gradient(45deg,var(--refused) 0 2px,var(--paper) 2px 5px)}
col.time{width:11.6em}col.state{width:8.4em}col.count{width:5em}col.after{width:8.2em}col.name{width:11em}col.share{width:9em}col.owner{width:9em}
@media screen and (max-width:880px){
main{padding:14px 14px 48px}h1{font-size:1.5rem}header{padding:14px 16px}
.figures{grid-template-columns:repeat(2,1fr);gap:8px}.figures div:last-child{grid-column:1/-1}.figures div{padding:10px 12px}.figures dd{font-size:1.2rem}
.facts div{grid-template-columns:1fr;gap:0;padding:5px 0}
.time .row{grid-template-columns:1fr;padding:5px 0}
.stack colgroup,.stack thead{display:none}.stack,.stack tbody,.stack tr,.stack td{display:block}
.stack td{border:0!important;padding:1px 0}.stack td:has(>.dash){display:none}
.stack tr{padding:8px 0;border-bottom:1px solid var(--line)}.stack tbody>tr:last-child{border-bottom:0}
.stack td[data-label]::before{content:attr(data-label) ' ';color:var(--dim)}
}
@media print{
:root{--heat:#1f5fa8;--heat-ink:#fff;--refused:#8f1a10}
nav,.skip{display:none}
.figures{gap:8px}.figures div{padding:7px 9px}
.wide{overflow:visible}.hours{min-width:0}.hours th,.hours td{padding:1px 2px;font-size:8px}.hours th[scope=row]{width:11em}
.time .row{grid-template-columns:13rem 1fr}.strip{height:18px}
.row,.cards li,.figures div,.source{break-inside:avoid}
col.time{width:9.8em}col.state{width:8em}
}
`;
