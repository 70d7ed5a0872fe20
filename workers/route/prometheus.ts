/**
 * Prometheus' text format, version 0.0.4. Every metric has its HELP and TYPE lines, with or without samples, so that
 * alerts and dashboards can be written before anything happened.
 */
export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels?: Labels
  readonly value: number
}

export interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly samples: readonly Sample[]
}

export interface HistogramMetric {
  readonly name: string
  readonly help: string
  readonly type: 'histogram'
  /** Upper bounds in the metric's unit. */
  readonly bounds: readonly number[]
  /** Observations per bucket, not cumulative; one more than bounds, for what lies above all of them. */
  readonly buckets: readonly number[]
  readonly sum: number
}

export function prometheusText(metrics: readonly (Metric | HistogramMetric)[]): string {
  return metrics.map((metric) => `${headOf(metric)}${samplesOf(metric)}`).join('')
}

function headOf({ name, help, type }: Metric | HistogramMetric): string {
  return `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n# TYPE ${name} ${type}\n`
}

function samplesOf(metric: Metric | HistogramMetric): string {
  if (metric.type === 'histogram') return histogramSamples(metric)
  return metric.samples.map(({ labels, value }) => line(metric.name, labels, value)).join('')
}

function histogramSamples({ name, bounds, buckets, sum }: HistogramMetric): string {
  let total = 0
  let text = ''
  buckets.forEach((count, i) => {
    total += count
    text += line(`${name}_bucket`, { le: i < bounds.length ? String(bounds[i]) : '+Inf' }, total)
  })
  return text + line(`${name}_sum`, undefined, sum) + line(`${name}_count`, undefined, total)
}

function line(name: string, labels: Labels | undefined, value: number): string {
  const inner = Object.entries(labels ?? {}).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${inner.length > 0 ? `{${inner.join()}}` : ''} ${value}\n`
}

function escaped(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
}
