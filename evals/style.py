"""The report's style sheet: nothing in, CSS out; the only one, and it asks for no other file."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #fbfaf6; --card: #ffffff; --ink: #1d1c1a; --soft: #67635b; --rule: #dcd7ca;
  --accent: #1f5a73; --tint: #dbe7ec; --wrong: #99302a; --right: #2c6a3d; --mark: #f6e7b4;
  --refused: #b9b2a2; --unread: #d09a3e; --unfound: #8a5a9c; --unwindowed: #4f86b0;
  --error: #1d1c1a;
  --serif: Charter, "Bitstream Charter", "Iowan Old Style", Georgia, "DejaVu Serif", serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #151618; --card: #1c1e21; --ink: #e8e4da; --soft: #a29d92; --rule: #36383d;
    --accent: #82bad2; --tint: #24404d; --wrong: #e5938c; --right: #8ecb9d; --mark: #57491c;
    --refused: #66635c; --unread: #c48f37; --unfound: #a880b8; --unwindowed: #5f97c0;
    --error: #f4f0e6;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 var(--sans);
  overflow-wrap: break-word; }
main, header, footer { max-width: 1080px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 36px; border-bottom: 3px double var(--rule); padding-bottom: 14px; }
h1, h2 { font-family: var(--serif); font-weight: 600; line-height: 1.15; margin: 0; }
h1 { font-size: 2.3rem; letter-spacing: -0.01em; }
h2 { font-size: 1.75rem; }
h3 { font-size: 1rem; margin: 34px 0 8px; }
p { margin: 6px 0; max-width: 72ch; }
a { color: var(--accent); }
nav { margin-top: 10px; }
nav a { margin-right: 18px; }
section.set { padding: 34px 0 20px; border-bottom: 1px solid var(--rule); }
.soft { color: var(--soft); }
.small { font-size: 0.86rem; }
.alarm { color: var(--wrong); font-weight: 600; }
.scroll { overflow-x: auto; background:
  linear-gradient(to right, var(--paper) 40%, transparent) left / 48px 100% local no-repeat,
  linear-gradient(to left, var(--paper) 40%, transparent) right / 48px 100% local no-repeat,
  linear-gradient(to right, var(--rule), transparent) left / 14px 100% scroll no-repeat,
  linear-gradient(to left, var(--rule), transparent) right / 14px 100% scroll no-repeat; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr));
  gap: 18px 32px; margin: 22px 0 8px; }
.tiles > div { border-top: 2px solid var(--accent); padding-top: 6px; }
.tiles p { margin: 0; }
.tiles .large { font: 600 2.1rem/1.2 var(--serif); font-variant-numeric: tabular-nums; }
.legend { max-width: none; font-size: 0.86rem; display: flex; flex-wrap: wrap; gap: 4px 20px; }
.legend b { font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--rule); vertical-align: baseline; }
th { font-weight: 400; text-align: left; }
thead th { font-size: 0.86rem; color: var(--soft); vertical-align: bottom; }
td, thead th { text-align: right; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
td.interval { color: var(--soft); font-size: 0.86rem; }
td.value { font-weight: 600; }
td.whiskers { width: 150px; padding-right: 0; }
table.kinds thead th { white-space: normal; min-width: 6.5em; padding-left: 6px; }
table.kinds td span { font-size: 0.8rem; }
tr.group th { padding-top: 18px; font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr));
  gap: 10px 40px; }
figure { margin: 22px 0 0; }
figcaption { font-size: 0.86rem; color: var(--soft); margin-top: 2px; max-width: 60ch; }
figure h3 { margin: 0 0 6px; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg.shares { height: 22px; }
svg.swatch { width: 11px; height: 11px; display: inline-block; margin-right: 3px; }
.stage-right { fill: var(--right); }
.stage-refused { fill: var(--refused); }
.stage-not_read { fill: var(--unread); }
.stage-not_retrieved { fill: var(--unfound); }
.stage-wrong_window { fill: var(--unwindowed); }
.stage-not_refused { fill: var(--wrong); }
.stage-error { fill: var(--error); }
svg.whisker { width: 120px; height: 16px; display: inline-block; vertical-align: middle; }
svg text { font: 12.5px var(--sans); fill: var(--soft); }
svg text.count { fill: var(--ink); font-size: 12px; paint-order: stroke; stroke: var(--paper);
  stroke-width: 3px; stroke-linejoin: round; }
.bar { fill: var(--accent); opacity: 0.62; }
.bar:hover { opacity: 1; }
.line { fill: none; stroke: var(--accent); stroke-width: 2.2; stroke-linejoin: round; }
.axis { stroke: var(--soft); stroke-width: 1; }
.grid, .rule { stroke: var(--rule); stroke-width: 1; }
.diagonal { stroke: var(--soft); stroke-width: 1.2; stroke-dasharray: 4 4; }
.mark { stroke: var(--ink); stroke-width: 1.6; }
.interval { stroke: var(--accent); stroke-width: 2.5; stroke-linecap: round; }
.point { fill: var(--accent); }
details { margin: 8px 0; }
summary { cursor: pointer; padding: 7px 0; }
summary:hover { color: var(--accent); }
summary b { font-weight: 600; }
details.stage { border-top: 1px solid var(--rule); margin: 0; }
details.kind { margin-left: 18px; }
article { background: var(--card); border: 1px solid var(--rule); border-radius: 6px;
  padding: 14px 18px; margin: 10px 0 14px; }
article h4 { margin: 0 0 2px; font-size: 1rem; font-weight: 600; }
article *, nav a { overflow-wrap: anywhere; }
.both { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr));
  gap: 4px 32px; margin-top: 8px; }
.both h5 { margin: 6px 0 4px; font-size: 0.78rem; letter-spacing: 0.05em;
  text-transform: uppercase; color: var(--soft); font-weight: 600; }
blockquote { margin: 0 0 10px; padding-left: 12px; border-left: 3px solid var(--rule);
  font: 1.02rem/1.45 var(--serif); unicode-bidi: isolate; white-space: pre-line; }
.said blockquote { border-color: var(--wrong); }
.gold blockquote { border-color: var(--right); }
cite { display: block; font: 0.8rem/1.4 var(--sans); color: var(--soft); margin-top: 2px; }
mark { background: var(--mark); color: inherit; }
.turn { color: var(--soft); font-size: 0.9rem; margin: 0; }
footer { padding: 20px 20px 60px; color: var(--soft); font-size: 0.86rem; }
@media (max-width: 640px) {
  h1 { font-size: 1.8rem; }
  main, header, footer { padding-left: 16px; padding-right: 16px; }
  .headline .whiskers, .headline .interval ~ .all { display: none; }
  .headline tr { display: grid; grid-template-columns: minmax(0, 1fr) 70px 70px;
    column-gap: 6px;
    border-bottom: 1px solid var(--rule); padding: 5px 0; align-items: baseline; }
  .headline.single tr { grid-template-columns: minmax(0, 1fr) 70px; }
  .headline th, .headline td { border: 0; padding: 0; font-size: 0.92rem; }
  .headline td.interval { font-size: 0.8rem; }
  .headline thead th.interval { display: none; }
  .headline tr.group { padding-top: 18px; }
  .headline tr.group th { grid-column: 1 / -1; padding: 0; }
  .headline .interval { grid-row: 2; grid-column: 1 / 3; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 16px; }
  .tiles .large { font-size: 1.7rem; }
  .tiles svg { display: none; }
  details.kind { margin-left: 0; }
  article { padding: 12px 14px; }
  th, td { padding-right: 10px; }
}
"""
