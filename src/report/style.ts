/** The look of a report: light or dark as the reader's system is, and nothing that comes from elsewhere. */

export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--card:#f6f7f9;--ink:#1a1d21;--soft:#53585f;--rule:#d5d9df;
--training:#1d5fc4;--validation:#b3470b;--plain:#4a5560;--right:29,95,196;--wrong:205,84,16;--good:#1a6b34;--bad:#a3261b}
@media(prefers-color-scheme:dark){:root{--paper:#14171b;--card:#1d2126;--ink:#e9ecef;--soft:#aab2bb;--rule:#3a414a;
--training:#7db0ff;--validation:#ffab70;--plain:#c3cad2;--right:74,137,235;--wrong:214,105,42;--good:#7fd49a;--bad:#ff9d92}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,header,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
h1{font-size:1.75rem;line-height:1.2;margin:0;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.5rem 0 .75rem}
h3{font-size:1rem;margin:0}
.eyebrow,.note,figcaption p,footer{color:var(--soft);font-size:.9rem}
.eyebrow{margin:0 0 .25rem}
.state{margin:.5rem 0 0;max-width:60ch}
.state strong.good{color:var(--good)}.state strong.bad{color:var(--bad)}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.75rem;margin:1.5rem 0 0;padding:0}
.facts div{background:var(--card);border-radius:.5rem;padding:.6rem .8rem}
.facts dt{color:var(--soft);font-size:.85rem}
.facts dd{margin:0;font-size:1.2rem;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr));gap:1.25rem}
figure{margin:0}
.chart{background:var(--card);border-radius:.5rem;padding:.9rem 1rem;min-width:0}
.chart figcaption{display:flex;flex-wrap:wrap;gap:.25rem 1rem;justify-content:space-between;margin-bottom:.4rem}
.chart>svg{display:block;width:100%;height:auto}
.legend{display:flex;gap:1rem;list-style:none;margin:0;padding:0;font-size:.9rem}
.legend svg{vertical-align:middle;margin-right:.35rem}
.line{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}
.line.training{stroke:var(--training)}.line.validation{stroke:var(--validation);stroke-dasharray:6 4.5}.line.plain{stroke:var(--plain)}
.dot.training{fill:var(--training)}.dot.validation{fill:var(--validation)}.dot.plain{fill:var(--plain)}
.grid{stroke:var(--rule);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}
.best{stroke:var(--soft);stroke-width:1.25;stroke-dasharray:2 3}
.tick{fill:var(--soft);font-size:13px}
@media(max-width:30rem){.tick{font-size:16px}}
details{margin-top:.5rem}
summary{cursor:pointer;padding:.25rem 0;width:fit-content}
:focus-visible{outline:3px solid var(--training);outline-offset:2px;border-radius:2px}
.scroll{overflow:auto;max-height:28rem;max-width:100%}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.95rem}
caption{text-align:left;color:var(--soft);padding:.25rem 0}
th,td{padding:.3rem .7rem;text-align:right;border-bottom:1px solid var(--rule)}
th{font-weight:600}
.words th,.words td{text-align:left;vertical-align:top}
.words .value{overflow-wrap:anywhere;min-width:14ch;max-width:60ch}
.words td.number{text-align:right}
.matrix{max-height:none}
.scroll th[scope=row]{position:sticky;left:0;background:var(--paper)}
.chart .scroll th[scope=row]{background:var(--card)}
.matrix td{min-width:2.9rem;border:1px solid var(--paper)}
.matrix td.none{color:var(--soft)}
.mistakes{display:grid;grid-template-columns:repeat(auto-fill,minmax(10rem,1fr));gap:1rem;list-style:none;margin:0;padding:0}
.mistakes.wide{grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr))}
.mistakes>li{background:var(--card);border-radius:.5rem;padding:.75rem;min-width:0}
.mistakes img{display:block;width:100%;max-width:9rem;aspect-ratio:1;object-fit:contain;image-rendering:pixelated;background:#000;border-radius:.25rem;margin-bottom:.5rem}
.mistakes p{margin:0;overflow-wrap:anywhere}
.mistakes table{margin-top:.4rem;width:100%;font-size:.85rem}
.mistakes caption{font-size:.85rem}
footer{padding-top:2.5rem;padding-bottom:2rem}
@media print{.scroll{max-height:none;overflow:visible}}
`
