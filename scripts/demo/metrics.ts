/**
 * What `GET /metrics` says about the fate of events: reads the Prometheus text, subtracts an earlier reading, and knows
 * when everything that was sent is accounted for (contracts/http.md, "Operations").
 */
export interface Reading {
  readonly accepted: number
  readonly applied: number
  readonly duplicate: number
  readonly dropped: ByLabel
  readonly rejected: ByLabel
  readonly deadLetters: ByLabel
  /** Applied although they came late; part of `applied`. */
  readonly late: number
  /** Accepted, and not yet decided upon: a level, not a counter. */
  readonly buffered: number
}

/** Reason or stage → how many. */
export type ByLabel = { readonly [label: string]: number }

export function parseReading(text: string): Reading {
  const samples = parseSamples(text)
  const total = (name: string) => sum(byLabel(samples, name))
  return {
    accepted: total('cdp_events_accepted_total'),
    applied: total('cdp_events_processed_total'),
    duplicate: total('cdp_events_dedup_hits_total'),
    dropped: byLabel(samples, 'cdp_events_dropped_total'),
    rejected: byLabel(samples, 'cdp_events_rejected_total'),
    deadLetters: byLabel(samples, 'cdp_dead_letters_total'),
    late: total('cdp_events_late_total'),
    buffered: total('cdp_events_buffered'),
  }
}

export interface Sample {
  readonly name: string
  readonly labels: { readonly [name: string]: string }
  readonly value: number
}

const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g

/** The samples of a Prometheus text; comments and lines that are none are skipped. */
export function parseSamples(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = SAMPLE.exec(line.trim())
    if (!match) return []
    const labels = Object.fromEntries(
      [...(match[2] ?? '').matchAll(LABEL)].map(([, key, value]) => [key, unquoted(value)]),
    )
    return [{ name: match[1] ?? '', labels, value: Number(match[3]) }]
  })
}

function unquoted(text: string | undefined): string {
  return (text ?? '').replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character))
}

/** Samples of one name by the value of their reason or stage, whatever other labels they have. */
function byLabel(samples: readonly Sample[], name: string): ByLabel {
  const found: { [label: string]: number } = {}
  for (const sample of samples) {
    if (sample.name !== name) continue
    const label = sample.labels['reason'] ?? sample.labels['stage'] ?? ''
    found[label] = (found[label] ?? 0) + sample.value
  }
  return found
}

export function sum(counts: ByLabel): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}

/** What happened between two readings. `buffered` is that of the later one. */
export function difference(after: Reading, before: Reading): Reading {
  return {
    accepted: after.accepted - before.accepted,
    applied: after.applied - before.applied,
    duplicate: after.duplicate - before.duplicate,
    dropped: minus(after.dropped, before.dropped),
    rejected: minus(after.rejected, before.rejected),
    deadLetters: minus(after.deadLetters, before.deadLetters),
    late: after.late - before.late,
    buffered: after.buffered,
  }
}

function minus(after: ByLabel, before: ByLabel): ByLabel {
  const left = Object.entries(after).map(([label, count]) => [label, count - (before[label] ?? 0)] as const)
  return Object.fromEntries(left.filter(([, count]) => count !== 0))
}

/** How many copies have an outcome. */
export function decided(reading: Reading): number {
  const { applied, duplicate, dropped, rejected, deadLetters } = reading
  return applied + duplicate + sum(dropped) + sum(rejected) + sum(deadLetters)
}

/** @param since the difference to the reading before the first of `sent` messages went out */
export function isSettled(since: Reading, sent: number): boolean {
  return since.buffered === 0 && decided(since) >= sent
}
