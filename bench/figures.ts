/** What a benchmark tells: figures beside a baseline that was measured in the same run, in interleaved rounds. */
export interface Figure {
  readonly name: string
  readonly unit: string
  readonly value: number
  /** The figure it is compared with, by name; the ratio is value / baseline. */
  readonly baseline?: string
  readonly ratio?: number
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

/** Figures with their ratios to the one they name. */
export function compared(figures: readonly Figure[]): readonly Figure[] {
  return figures.map((figure) => {
    const base = figures.find(({ name }) => name === figure.baseline)
    return base ? { ...figure, ratio: figure.value / base.value } : figure
  })
}

export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, baseline, ratio }) => [
    name,
    `${value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)} ${unit}`,
    ratio === undefined ? '' : `${ratio.toPrecision(3)} \u00d7 ${baseline}`,
  ])
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
