import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { emptyReading } from '../shared/pipeline/meter.ts'
import { metricsOf } from '../workers/route/metrics-of.ts'

/** The files for operators name only what exists: metrics of /metrics, pages and headings of the runbook. */
const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8')

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly runbook: string }
}

const rules = (parse(read('ops/alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules)
const dashboard = JSON.parse(read('ops/dashboard.json')) as {
  panels: { id: number; title: string; targets: { expr: string }[] }[]
}
const metrics = new Map(metricsOf(emptyReading(), [], 0).map((metric) => [metric.name, metric]))

/** Names of ours in an expression, without what Prometheus adds to a histogram's. */
function namesIn(expr: string): readonly string[] {
  return [...expr.matchAll(/cdp_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))
}

describe('alerts', () => {
  test.each(rules.map((rule) => [rule.alert, rule] as const))('%s asks for metrics that exist', (_, rule) => {
    expect(namesIn(rule.expr).filter((name) => !metrics.has(name))).toEqual([])
    // Rates are of counters; a gauge has none.
    for (const [, name] of rule.expr.matchAll(/(?:rate|increase)\((cdp_[a-z_]+)/g))
      expect([name, metrics.get(namesIn(name as string)[0] as string)?.type]).not.toEqual([name, 'gauge'])
    const balanced = (open: string, close: string) => rule.expr.split(open).length === rule.expr.split(close).length
    expect([balanced('(', ')'), balanced('{', '}'), balanced('[', ']')]).toEqual([true, true, true])
    expect(['page', 'ticket']).toContain(rule.labels.severity)
    expect(rule.annotations.summary).not.toBe('')
  })

  test('each has a section of the runbook that says what it means and what to do, and none is left over', () => {
    const headings = [...read('docs/runbook.md').matchAll(/^### (Tributary\w+)$/gm)].map((match) => match[1])
    expect(rules.map(({ alert }) => alert)).toEqual(headings)
    for (const { alert, annotations } of rules)
      expect(annotations.runbook).toBe(`docs/runbook.md#${alert.toLowerCase()}`)
    for (const section of read('docs/runbook.md').split(/^### /m).slice(1)) {
      expect(section).toMatch(/\*\*Means\*\*/)
      expect(section).toMatch(/\*\*Do\*\*/)
    }
  })

  test('watch ingest latency, lag, dead letters, deliveries and overloaded objects', () => {
    const watched = new Set(rules.flatMap(({ expr }) => namesIn(expr)))
    for (const name of [
      'cdp_ingest_latency_seconds',
      'cdp_queue_lag_seconds',
      'cdp_dead_letters_total',
      'cdp_deliveries_total',
      'cdp_events_redelivered_total',
    ])
      expect(watched).toContain(name)
  })
})

describe('the dashboard', () => {
  test('shows metrics that exist, each panel once', () => {
    const exprs = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
    expect(exprs.flatMap(namesIn).filter((name) => !metrics.has(name))).toEqual([])
    const ids = dashboard.panels.map(({ id }) => id)
    expect(ids).toEqual([...new Set(ids)])
  })

  test('leaves no metric out', () => {
    const shown = new Set(dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => namesIn(expr))))
    expect([...metrics.keys()].filter((name) => !shown.has(name))).toEqual([])
  })
})
