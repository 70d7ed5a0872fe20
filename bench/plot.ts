import { type Figure, shareOfTarget, valueText } from './figures.ts'

/** What one run of `npm run bench` found, as its JSON file has it. */
export interface Results {
  readonly at: string
  readonly machine: string
  readonly results: Readonly<Record<string, readonly Figure[]>>
}

const [WIDTH, LABELS, ROW, TOP] = [860, 330, 24, 58]
/** How many times its target a bar may be long; what is beyond is cut, and says its number all the same. */
const MOST = 4
const BARS = WIDTH - LABELS - 150

/**
 * Every figure that has a target, as a bar: how much of what is allowed was needed. Left of the line is met. Its colours
 * are those of the reader's light or dark page.
 */
export function plotOf({ at, machine, results }: Results): string {
  const rows = Object.entries(results).flatMap(([bench, figures]) =>
    figures.flatMap((figure) => {
      const share = shareOfTarget(figure)
      return share === undefined ? [] : [{ label: `${bench}: ${figure.name}`, share, figure }]
    }),
  )
  const height = TOP + rows.length * ROW + 16
  const line = LABELS + BARS / MOST
  const bars = rows.map(({ label, share, figure }, i) => {
    const [y, length] = [TOP + i * ROW, Math.max(2, (Math.min(share, MOST) * BARS) / MOST)]
    const measured = figure.target?.of === 'ratio' ? `${figure.ratio?.toPrecision(3)} ×` : valueText(figure)
    return [
      `<text x="${LABELS - 10}" y="${y + 13}" text-anchor="end">${escaped(label)}</text>`,
      `<rect class="${share <= 1 ? 'met' : 'missed'}" x="${LABELS}" y="${y + 2}" width="${length.toFixed(1)}" height="15" rx="2"/>`,
      `<text x="${(LABELS + Math.max(length, line - LABELS) + 8).toFixed(1)}" y="${y + 13}">${escaped(measured)} of ${boundOf(figure)}</text>`,
    ].join('')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Figures as shares of their targets">
<style>
text{font:12px system-ui,sans-serif;fill:#1f2328}.title{font-size:14px;font-weight:600}.small{fill:#59636e}
.met{fill:#2da44e}.missed{fill:#d1741f}.line{stroke:#59636e;stroke-dasharray:4 3}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#9198a1}.met{fill:#3fb950}.missed{fill:#e3944b}.line{stroke:#9198a1}}
</style>
<text class="title" x="10" y="20">Figures as shares of their targets: left of the line is met</text>
<text class="small" x="10" y="38">${escaped(`${at.slice(0, 16).replace('T', ' ')} UTC, ${machine}`)}</text>
<line class="line" x1="${line}" y1="${TOP - 8}" x2="${line}" y2="${height - 12}"/>
${bars.join('\n')}
</svg>
`
}

function boundOf({ target, unit }: Figure): string {
  const bound = (target?.atMost ?? target?.atLeast ?? 0).toLocaleString('en')
  return target?.of === 'ratio' ? `${bound} ×` : `${bound} ${unit}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
