/** What a benchmark tells: figures beside a baseline that was measured in the same run, in interleaved rounds. */
export interface Figure {
  readonly name: string
  readonly unit: string
  readonly value: number
  /** The figure it is compared with, by name; the ratio is value / baseline. */
  readonly baseline?: string
  readonly ratio?: number
  /** What DESIGN asks of it. */
  readonly target?: Target
}

/** Of the ratio when `of` says so, otherwise of the value. */
export interface Target {
  readonly atMost?: number
  readonly atLeast?: number
  readonly of?: 'ratio'
}

export interface Benchmark {
  readonly name: string
  readonly about: string
  readonly run: () => Promise<readonly Figure[]>
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((p * sorted.length) / 100) - 1)] ?? Number.NaN
}

/** How much of what is allowed was needed: 1 is just met, more is not met. Undefined without a target. */
export function shareOfTarget({ value, ratio, target }: Figure): number | undefined {
  if (!target) return undefined
  const measured = target.of === 'ratio' ? (ratio ?? Number.NaN) : value
  return target.atMost === undefined ? (target.atLeast ?? Number.NaN) / measured : measured / target.atMost
}

export function targetText(figure: Figure): string {
  const share = shareOfTarget(figure)
  if (!figure.target || share === undefined) return ''
  const { atMost, atLeast, of } = figure.target
  const bound =
    atMost === undefined ? `\u2265 ${atLeast?.toLocaleString('en')}` : `\u2264 ${atMost.toLocaleString('en')}`
  return `${bound}${of === 'ratio' ? ' \u00d7' : ''}: ${share <= 1 ? 'met' : 'NOT MET'}`
}

/** Figures with their ratios to the one they name. */
export function compared(figures: readonly Figure[]): readonly Figure[] {
  return figures.map((figure) => {
    const base = figures.find(({ name }) => name === figure.baseline)
    return base ? { ...figure, ratio: figure.value / base.value } : figure
  })
}

export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    valueText(figure),
    figure.ratio === undefined ? '' : `${figure.ratio.toPrecision(3)} \u00d7 ${figure.baseline}`,
    targetText(figure),
  ])
  const widths = [0, 1, 2, 3].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function valueText({ value, unit }: Figure): string {
  return `${value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)} ${unit}`
}
