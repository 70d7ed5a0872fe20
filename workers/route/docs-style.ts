/** The looks of the docs page: system fonts, light and dark by the reader's choice, readable without any of it. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --ink: #1d2733; --quiet: #566373; --paper: #fcfcfd; --tint: #f0f3f6; --line: #d9e0e7; --link: #0a5fa8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e9ef; --quiet: #9fadbb; --paper: #14191f; --tint: #1e262f; --line: #323d49; --link: #7dbcf5; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 6rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; }
a { color: var(--link); }
header p { color: var(--quiet); }
nav { display: flex; flex-wrap: wrap; gap: 1.25rem; padding: .75rem 0; border-block: 1px solid var(--line);
  position: sticky; top: 0; background: var(--paper); }
h2 { margin: 3rem 0 1rem; }
h3 { margin: 0 0 .5rem; font-size: 1.05rem; overflow-wrap: anywhere; }
article { border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.25rem; margin: 1rem 0; scroll-margin-top: 4rem; }
article p { margin: .4rem 0; }
section h2 { scroll-margin-top: 4rem; }
.method { font: 600 .8rem ui-monospace, monospace; background: var(--tint); border-radius: .3rem; padding: .2rem .45rem; }
.access { color: var(--quiet); }
code, pre { font: .9em ui-monospace, monospace; }
table { width: 100%; border-collapse: collapse; margin: .75rem 0; font-size: .93rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--quiet); font-weight: 600; }
summary { cursor: pointer; color: var(--quiet); }
pre { background: var(--tint); border-radius: .4rem; padding: .75rem; overflow: auto; max-height: 28rem; }
`
