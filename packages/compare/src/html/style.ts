/** The one style of the page: it follows the colours that the reader prefers. */
export const STYLE = `
:root { color-scheme: light dark; --add: #1a7f37; --del: #b42318; --dim: #6e7781; --line: #8884; --hunk: #0969da; }
@media (prefers-color-scheme: dark) { :root { --add: #57ab5a; --del: #f47067; --dim: #909dab; --hunk: #6cb6ff; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } h3 { font-size: .95rem; margin: .8rem 0 .2rem; }
table { border-collapse: collapse; } th, td { border-bottom: 1px solid var(--line); padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--dim); font-weight: normal; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { border: 1px solid var(--line); border-radius: .3rem; margin: .3rem 0; overflow-x: auto; padding: .4rem .6rem; }
.add { color: var(--add); } .del { color: var(--del); } .hunk { color: var(--hunk); } .head { font-weight: bold; } .dim { color: var(--dim); }
`;
