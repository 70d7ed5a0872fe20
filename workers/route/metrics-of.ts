import { DEAD_LETTER_STAGES, DROP_REASONS, REJECT_REASONS, VIOLATION_KINDS } from '../../shared/event/outcome.ts'
import { REFUSALS } from '../../shared/identity/resolve.ts'
import { SECOND } from '../../shared/kernel/instant.ts'
import { SILVER_TABLES } from '../../shared/lake/columns.ts'
import { type Counts, type Histogram, LATENCY_BOUNDS_MS, type MeterReading } from '../../shared/pipeline/meter.ts'
import { STAGE_OUTCOMES } from '../../shared/pipeline/stage-counts.ts'
import { DELIVERY_OUTCOMES } from '../../shared/pipeline/trace.ts'
import { WAITS } from '../../shared/pipeline/wait.ts'
import { SEVERITIES } from '../../shared/quality/expectation.ts'
import type { HistogramMetric, Metric, Sample } from './prometheus.ts'

/** What waits in one queue. */
export interface QueueReading {
  readonly name: string
  /** Messages. */
  readonly backlog: number
  /** Epoch milliseconds of the oldest message, when the platform says so. */
  readonly oldestAt: number | undefined
  /** One of the EVENTS queues: what waits here is accepted and has no outcome yet. */
  readonly holdsEvents: boolean
}

/** How many jobs of a kind are in a state; open ones, and those that ended lately. */
export interface JobReading {
  readonly kind: string
  readonly state: string
  readonly jobs: number
}

/** What is in the lake of a workspace. */
export interface LakeReading {
  /** Of silver, by table. */
  readonly rows: Readonly<Record<string, number>>
  /** Partitions that a hard expectation keeps out of silver. */
  readonly held: number
  /** Of compaction, which is one for the deployment; undefined for who does not run it. */
  readonly deployment:
    | { readonly lagMs: number; readonly objects: number; readonly aside: number; readonly failures: number }
    | undefined
}

/** What the newest look at every table found to break what is expected, by severity, and what is held back. */
export interface QualityReading {
  readonly failures: Readonly<Record<string, number>>
  readonly holds: number
}

/**
 * The metrics of contracts/http.md, from what the meters and the queues say. The queues are everybody's: a workspace that
 * is not the operators' is shown none (undefined). `now` in epoch milliseconds.
 */
export function metricsOf(
  reading: MeterReading,
  queues: readonly QueueReading[] | undefined,
  now: number,
  jobs: readonly JobReading[] = [],
  lake?: LakeReading,
  quality: QualityReading = { failures: {}, holds: 0 },
): readonly (Metric | HistogramMetric)[] {
  const { counts } = reading
  const waiting = queues ?? []
  const buffered = waiting.filter((queue) => queue.holdsEvents).reduce((sum, queue) => sum + queue.backlog, 0)
  const outcomes = Object.keys(counts).filter(isOutcome)
  const accepted = outcomes.reduce((sum, label) => sum + (counts[label] ?? 0), buffered)
  return [
    counter('cdp_events_accepted_total', 'Copies accepted: all outcomes, and what waits in the queues', accepted),
    counter('cdp_events_processed_total', 'Copies applied to a profile', counts['applied']),
    counter('cdp_events_dedup_hits_total', 'Copies of a message that had been applied before', counts['duplicate']),
    labelled('cdp_events_dropped_total', 'Valid copies dropped on purpose', 'dropped', 'reason', DROP_REASONS, counts),
    labelled(
      'cdp_events_rejected_total',
      'Copies that are no valid message',
      'rejected',
      'reason',
      REJECT_REASONS,
      counts,
    ),
    labelled('cdp_dead_letters_total', 'Copies given up, by stage', 'dead_letter', 'stage', STAGES, counts),
    gauge(
      'cdp_events_buffered',
      'Messages in the event queues of the deployment; one holds all events of a request',
      queues ? [{ value: buffered }] : [],
    ),
    counter('cdp_events_late_total', 'Applied copies older than window and grace', counts['late']),
    labelled(
      'cdp_plan_violations_total',
      'Events that break a tracking plan, by kind; one that breaks it in two ways counts in both',
      'violation',
      'kind',
      VIOLATION_KINDS,
      counts,
    ),
    {
      ...counter('cdp_stage_outcomes_total', 'Events that a stage changed, dropped, or could not do its work on'),
      samples: Object.entries(STAGE_OUTCOMES).flatMap(([stage, outcomes]) =>
        outcomes.map((outcome) => ({ labels: { stage, outcome }, value: counts[`stage:${stage}:${outcome}`] ?? 0 })),
      ),
    },
    {
      ...counter('cdp_plugin_calls_total', 'Calls of blocking plugins, one per plugin and batch'),
      samples: pluginCalls(counts),
    },
    labelled(
      'cdp_identity_links_refused_total',
      'Links between identifiers that were not made',
      'refused_link',
      'reason',
      REFUSALS,
      counts,
    ),
    counter(
      'cdp_identity_growth_alarms_total',
      'Profiles that came to hold as many identifiers as the workspace wants to hear of',
      counts['grown_profile'],
    ),
    {
      ...counter('cdp_hooks_refused_total', 'Calls of providers that were not verified'),
      samples: refusedHooks(counts),
    },
    counter(
      'cdp_audience_differences_total',
      'Documents of audience shards that differed from their profiles when they were compared, and were put right',
      counts['audience_differed'],
    ),
    counter('cdp_events_conflict_total', 'Duplicates whose body differs from the copy applied', counts['conflict']),
    labelled(
      'cdp_events_waiting_total',
      'Copies that were put back into their queue, by what they waited for',
      'waits',
      'reason',
      WAITS,
      counts,
    ),
    counter('cdp_events_redelivered_total', 'Copies delivered again after they were counted', counts['redelivered']),
    {
      name: 'cdp_deliveries_total',
      help: 'Deliveries to destinations, by outcome; retrying counts those that did not succeed at once',
      type: 'counter',
      samples: DELIVERY_OUTCOMES.map((outcome) => ({ labels: { outcome }, value: deliveries(counts, outcome) })),
    },
    histogram('cdp_ingest_latency_seconds', 'From arrival at the edge to durable in a queue', reading.ingest),
    histogram('cdp_apply_latency_seconds', 'From arrival at the edge to applied to the profile', reading.apply),
    gauge(
      'cdp_queue_backlog',
      'Messages waiting, by queue',
      waiting.map((queue) => sampleOf(queue, queue.backlog)),
    ),
    gauge(
      'cdp_queue_lag_seconds',
      'Age of the oldest waiting message, by queue',
      waiting.map((queue) => lagOf(queue, now)),
    ),
    gauge(
      'cdp_quality_failures',
      'Expectations that the data of the last 24 hours break, by severity',
      SEVERITIES.map((severity) => ({ labels: { severity }, value: quality.failures[severity] ?? 0 })),
    ),
    gauge('cdp_quality_holds', 'Partitions and tables that are held because they break a hard expectation', [
      { value: quality.holds },
    ]),
    gauge(
      'cdp_jobs',
      'Jobs begun in the last 7 days (segments being built, imports, replays), by kind and state',
      jobs.map(({ kind, state, jobs }) => ({ labels: { kind, state }, value: jobs })),
    ),
    ...lakeMetrics(lake),
  ]
}

function lakeMetrics({ rows = {}, held = 0, deployment }: Partial<LakeReading> = {}): readonly Metric[] {
  const ofDeployment = (value: number | undefined) => (value === undefined ? [] : [{ value }])
  return [
    gauge(
      'cdp_lake_lag_seconds',
      'Age of the oldest object of bronze of the deployment that is not in silver',
      ofDeployment(deployment && deployment.lagMs / SECOND),
    ),
    gauge(
      'cdp_lake_waiting_objects',
      'Objects of bronze of the deployment that are not in silver',
      ofDeployment(deployment?.objects),
    ),
    gauge(
      'cdp_lake_aside_objects',
      'Objects of bronze of the deployment that are not in silver since settings of their workspace cannot be read',
      ofDeployment(deployment?.aside),
    ),
    gauge(
      'cdp_lake_compaction_failures',
      'Attempts of the present step of compaction that failed, one after the other; 0 when all goes well',
      ofDeployment(deployment?.failures),
    ),
    gauge(
      'cdp_lake_rows',
      'Rows of silver, by table',
      SILVER_TABLES.map((table) => ({ labels: { table }, value: rows[table] ?? 0 })),
    ),
    gauge('cdp_lake_held_partitions', 'Partitions that a hard expectation keeps out of silver', [{ value: held }]),
  ]
}

const STAGES: Readonly<Record<string, unknown>> = Object.fromEntries(DEAD_LETTER_STAGES.map((stage) => [stage, true]))

/** Everything a meter counts is an outcome, but for what it observes beside them (shared/pipeline/meter.ts). */
function isOutcome(label: string): boolean {
  return label === 'applied' || label === 'duplicate' || /^(dropped|rejected|dead_letter):/.test(label)
}

/** `plugin:<id>:<outcome>`, of those that were called. */
function pluginCalls(counts: Counts): readonly Sample[] {
  return Object.keys(counts).flatMap((key) => {
    const [what, plugin = '', outcome = ''] = key.split(':')
    return what === 'plugin' ? [{ labels: { plugin, outcome }, value: counts[key] ?? 0 }] : []
  })
}

/** `hook_refused:<provider>:<reason>`, of those that happened: every provider with every reason would be a hundred zeros. */
function refusedHooks(counts: Counts): readonly Sample[] {
  return Object.keys(counts).flatMap((key) => {
    const [what, provider = '', reason = ''] = key.split(':')
    return what === 'hook_refused' ? [{ labels: { provider, reason }, value: counts[key] ?? 0 }] : []
  })
}

/** Over all destinations: `delivery:<destination>:<outcome>` (platform/destination-record.ts). */
function deliveries(counts: Counts, outcome: string): number {
  const labels = Object.keys(counts).filter((label) => label.startsWith('delivery:') && label.endsWith(`:${outcome}`))
  return labels.reduce((sum, label) => sum + (counts[label] ?? 0), 0)
}

function counter(name: string, help: string, value = 0): Metric {
  return { name, help, type: 'counter', samples: [{ value }] }
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, type: 'gauge', samples }
}

/** One sample for each value of a closed list, 0 included, and for what older versions counted besides. */
function labelled(
  name: string,
  help: string,
  outcome: string,
  label: string,
  values: Readonly<Record<string, unknown>>,
  counts: Counts,
): Metric {
  const prefix = `${outcome}:`
  const counted = Object.keys(counts).filter((key) => key.startsWith(prefix))
  const all = new Set([...Object.keys(values), ...counted.map((key) => key.slice(prefix.length))])
  const samples = [...all].map((value) => ({ labels: { [label]: value }, value: counts[`${prefix}${value}`] ?? 0 }))
  return { name, help, type: 'counter', samples }
}

function histogram(name: string, help: string, { buckets, sumMs }: Histogram): HistogramMetric {
  const bounds = LATENCY_BOUNDS_MS.map((ms) => ms / SECOND)
  return { name, help, type: 'histogram', bounds, buckets, sum: sumMs / SECOND }
}

function sampleOf(queue: QueueReading, value: number): Sample {
  return { labels: { queue: queue.name }, value }
}

function lagOf(queue: QueueReading, now: number): Sample {
  const waits = queue.backlog > 0 && queue.oldestAt !== undefined
  return sampleOf(queue, waits ? Math.max(0, now - (queue.oldestAt as number)) / SECOND : 0)
}
