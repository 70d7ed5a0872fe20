import { expect, test } from 'vitest'
import { count, emptyReading, observe } from '../../shared/pipeline/meter.ts'
import { anApi } from '../../test/support/api.ts'
import { aMessage, aWorkspace, deliver } from '../../test/support/workspace.ts'
import { metricsOf } from './metrics-of.ts'
import { prometheusText } from './prometheus.ts'

const NAMES = [
  'cdp_events_accepted_total',
  'cdp_events_processed_total',
  'cdp_events_dedup_hits_total',
  'cdp_events_dropped_total',
  'cdp_events_rejected_total',
  'cdp_dead_letters_total',
  'cdp_events_buffered',
  'cdp_events_late_total',
  'cdp_events_redelivered_total',
  'cdp_queue_backlog',
  'cdp_plan_violations_total',
  'cdp_stage_outcomes_total',
]

function text(reading = emptyReading()): readonly string[] {
  const queues = [
    { name: 'tributary-events-0', backlog: 3, oldestAt: 8_000, holdsEvents: true },
    { name: 'tributary-effects', backlog: 7, oldestAt: undefined, holdsEvents: false },
  ]
  return prometheusText(metricsOf(reading, queues, 10_000)).split('\n')
}

test('every metric has its HELP and TYPE before its first sample, once', () => {
  const lines = text()
  for (const name of NAMES) {
    const at = lines.findIndex((line) => line.startsWith(`# TYPE ${name} `))
    expect(lines[at - 1]).toMatch(`# HELP ${name} `)
    expect(lines.filter((line) => line.startsWith(`# TYPE ${name} `)).length).toBe(1)
  }
})

test('every line is a comment or a sample that Prometheus can read', () => {
  const SAMPLE = /^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+]+$/
  for (const line of text().slice(0, -1)) if (!line.startsWith('# ')) expect(line).toMatch(SAMPLE)
})

test('accepted is all outcomes and what waits; observations beside them do not count', () => {
  const reading = emptyReading()
  const labels = { applied: 5, duplicate: 4, 'dropped:late': 3, 'rejected:too_large': 2, 'dead_letter:apply': 1 }
  for (const [label, times] of Object.entries(labels)) count(reading.counts, label, times)
  count(reading.counts, 'hook_refused:twilio:mismatch', 6)
  count(reading.counts, 'waits:overloaded', 5)
  for (const label of ['late', 'conflict', 'redelivered', 'effects']) count(reading.counts, label, 100)
  const lines = text(reading)
  expect(lines).toContain('cdp_events_accepted_total 18') // 15 outcomes, 3 messages waiting
  expect(lines).toContain('cdp_events_dropped_total{reason="late"} 3')
  expect(lines).toContain('cdp_events_dropped_total{reason="profile_rate"} 0')
  expect(lines).toContain('cdp_dead_letters_total{stage="apply"} 1')
  expect(lines).toContain('cdp_events_redelivered_total 100')
  expect(lines).toContain('cdp_hooks_refused_total{provider="twilio",reason="mismatch"} 6')
  expect(lines).toContain('cdp_events_waiting_total{reason="overloaded"} 5')
  expect(lines).toContain('cdp_queue_backlog{queue="tributary-effects"} 7')
  expect(lines).toContain('cdp_queue_lag_seconds{queue="tributary-events-0"} 2')
})

test('what stages say has a sample for every word of its closed lists', () => {
  const reading = emptyReading()
  count(reading.counts, 'violation:type', 2)
  count(reading.counts, 'stage:plugins:timeout', 3)
  const lines = text(reading)
  expect(lines).toContain('cdp_plan_violations_total{kind="type"} 2')
  expect(lines).toContain('cdp_plan_violations_total{kind="unplanned"} 0')
  expect(lines).toContain('cdp_stage_outcomes_total{stage="plugins",outcome="timeout"} 3')
  expect(lines).toContain('cdp_stage_outcomes_total{stage="enrich",outcome="bot"} 0')
  expect(lines).toContain('cdp_events_accepted_total 3') // only what waits
})

test('an event that breaks a plan is counted by kind, once, though its batch comes twice', async () => {
  const ws = await aWorkspace()
  const api = await anApi(ws.id)
  const events = [{ name: 'Paid', version: '1', schema: { required: ['total'] }, onViolation: 'allow' }]
  const made = await api.call('POST', '/api/v1/tracking-plans', { name: 'Shop', mode: 'observe', events })
  expect(made.status).toBe(201)
  const message = aMessage(ws, [{ type: 'track', event: 'Paid', userId: 'u', messageId: 'm' }])
  await deliver([message])
  await deliver([message], 2)
  const { text: metrics } = await api.call('GET', '/metrics')
  expect(metrics).toContain('cdp_plan_violations_total{kind="missing"} 1\n')
  expect(metrics).toContain('cdp_events_processed_total 1\n')
})

test('the queues of the deployment are shown to those who run it, and to no other workspace', async () => {
  const [operators, customers] = [await aWorkspace(), await aWorkspace()]
  const metrics = async (workspace: string, scopes: string[]) =>
    (await (await anApi(workspace, scopes)).call('GET', '/metrics')).text
  await anApi(operators.id, ['*'])
  const [theirs, ours] = [await metrics(customers.id, ['*:workspace']), await metrics(operators.id, ['metrics:read'])]
  expect(ours).toMatch(/^cdp_events_buffered \d+$/m)
  expect(ours).toMatch(/^cdp_queue_backlog\{queue="tributary-effects"\} \d+$/m)
  for (const name of ['cdp_events_buffered', 'cdp_queue_backlog', 'cdp_queue_lag_seconds']) {
    expect(theirs).toContain(`# TYPE ${name} gauge`)
    expect(theirs).not.toMatch(new RegExp(`^${name}[ {]`, 'm'))
  }
})

test('histograms are cumulative, in seconds, and end in +Inf', () => {
  const reading = emptyReading()
  observe(reading.apply, 7, 2)
  observe(reading.apply, 300)
  observe(reading.apply, 10_000_000)
  const lines = text(reading).filter((line) => line.startsWith('cdp_apply_latency_seconds'))
  expect(lines[0]).toBe('cdp_apply_latency_seconds_bucket{le="0.005"} 0')
  expect(lines[1]).toBe('cdp_apply_latency_seconds_bucket{le="0.01"} 2')
  expect(lines).toContain('cdp_apply_latency_seconds_bucket{le="0.5"} 3')
  expect(lines).toContain('cdp_apply_latency_seconds_bucket{le="600"} 3')
  expect(lines.slice(-3)).toEqual([
    'cdp_apply_latency_seconds_bucket{le="+Inf"} 4',
    'cdp_apply_latency_seconds_sum 10000.314',
    'cdp_apply_latency_seconds_count 4',
  ])
})
