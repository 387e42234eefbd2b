import { html } from '../../page/html.ts';

/** What the packet's page has of its own. */
export const STYLE = html`
.times{display:grid;grid-template-columns:repeat(5,1fr);gap:12px;margin-top:18px}
.times div{padding:12px 14px;border:1px solid var(--line);border-radius:10px}
.times dt{font-size:.87rem}.times dd{font-size:1.35rem;font-weight:600;line-height:1.35;font-variant-numeric:tabular-nums}
.times .at{font-size:.8rem;font-weight:400;color:var(--dim)}.times .at.bad{color:var(--bad);font-weight:600}
.times .none{background:var(--soft)}.times .none dd{font-size:.95rem;font-weight:400;color:var(--dim);padding-top:5px}
.left{list-style:none;display:grid;gap:12px}
.left li{padding:12px 16px;border:1px solid var(--line);border-left:4px solid var(--bad);border-radius:8px}
.left p{margin:0 0 2px}.left dl{display:grid;grid-template-columns:4.5rem 1fr;gap:2px 12px;margin-top:8px}
.fates td{border-bottom:0}.fates tbody:not(:last-child){border-bottom:1px solid var(--line)}
.fates .chip{margin-top:2px}
col.time{width:12.2em}col.state{width:9em}col.fate{width:11.2em}col.count{width:6em}col.after{width:6em}col.name{width:12em}col.why{width:20%}col.tries{width:15%}
@media screen and (max-width:880px){
main{padding:14px 14px 48px}h1{font-size:1.5rem}header{padding:14px 16px}
.times{grid-template-columns:repeat(2,1fr);gap:8px}.times div:last-child{grid-column:1/-1}.times div{padding:10px 12px}.times dd{font-size:1.2rem}
.facts div{grid-template-columns:1fr;gap:0;padding:5px 0}
.left dl{grid-template-columns:1fr;gap:0}.left dd+dt{margin-top:6px}
details{padding:0 12px}
colgroup,thead{display:none}table,tbody,tr,td{display:block}
td{border:0!important;padding:1px 0}td:has(>.dash){display:none}
tr{padding:8px 0;border-bottom:1px solid var(--line)}tbody:last-child>tr:last-child{border-bottom:0}
.fates tbody{padding:6px 0}.fates tr{padding:3px 0;border-bottom:0}.fates td.secret{padding-bottom:6px}
.ordinal::before{content:'version ';color:var(--dim)}.times-read::before{content:'times '}.after::before{content:'after '}.first::before{content:'first '}.last::before{content:'last '}.told::before{content:'told '}.confirmed::before{content:'confirmed '}.tries::before{content:'tries '}.in-use::before{content:'in use from '}.proven::before{content:'proven dead '}
.times-read::before,.after::before,.first::before,.last::before,.told::before,.confirmed::before,.tries::before,.in-use::before,.proven::before{color:var(--dim)}
}
@media print{
.times{gap:8px}.times div{padding:7px 9px}
col.time{width:7.6em}col.fate{width:11.4em}col.state{width:8.5em}col.count{width:6.4em}
.source,.left li,.times div,.fates tbody{break-inside:avoid}
}
`;
