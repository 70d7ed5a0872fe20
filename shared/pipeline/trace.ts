import type { Outcome } from '../event/outcome.ts'
import { DAY, toIso } from '../kernel/instant.ts'
import type { StageNote } from './stage-note.ts'

/**
 * Where did my event go? One line per copy, written when its fate is decided, and the steps that are read from it. A line
 * holds no content of the event: who may read a trace may not read a person.
 */
export interface TraceLine {
  readonly messageId: string
  readonly copyId: string
  readonly source: string
  /** Epoch milliseconds. */
  readonly receivedAt: number
  readonly decidedAt: number
  /** Not known of what only the archive has. */
  readonly attempts?: number | undefined
  readonly type?: string | undefined
  /** Of the event; of what was no event, whatever stood there as its name. */
  readonly name?: string | undefined
  readonly timestamp?: number | undefined
  readonly outcome: Outcome
  /** Of what was rejected: the field, and what is wrong with it. SDKs are told nothing but that the batch was taken. */
  readonly fault?: { readonly path: string; readonly message: string } | undefined
  readonly flags: readonly string[]
  /** What the stages say of it, in order. */
  readonly notes?: readonly StageNote[] | undefined
  readonly canonicalId?: string | undefined
  readonly leaf?: string | undefined
  /** Reasons of links between identifiers that were not made. */
  readonly refused: readonly string[]
  readonly told?:
    | { readonly kind: string; readonly traits: readonly string[]; readonly identifiers: number }
    | undefined
}

/** How long a trace can be read. */
export const KEEP_TRACE_MS = 7 * DAY

/** What can become of a copy, by the name that lists and filters use. */
export const OUTCOME_KINDS = [
  'applied',
  'duplicate',
  'dropped',
  'rejected',
  'dead_letter',
] as const satisfies readonly Outcome['kind'][]

export const DELIVERY_OUTCOMES = ['delivered', 'retrying', 'skipped', 'dead_letter'] as const
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number]

/** What became of a message at one destination; a later line about the same two says what came of it since. */
export interface DeliveryLine {
  readonly messageId: string
  readonly destination: string
  readonly outcome: DeliveryOutcome
  readonly reason?: string
  readonly attempts: number
  /** Epoch milliseconds. */
  readonly at: number
}

export interface TraceStep {
  readonly step: string
  readonly outcome?: string
  readonly reason?: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly detail: Readonly<Record<string, unknown>>
}

/** A segment change that the person's timeline dates to the very event. */
export interface TracedSegment {
  readonly name: string
  readonly at: number
}

/** A change that this event began, or ended again, before it was told. Epoch milliseconds. */
export interface UntoldSegment {
  readonly segment: string
  readonly change: 'ENTER' | 'EXIT'
  readonly began: number
  readonly ended: number
  /** Of the event that is traced. */
  readonly timestamp: number
}

/** The steps of every copy of one message, in the order in which the copies came. */
export function traceSteps(
  lines: readonly TraceLine[],
  segments: readonly TracedSegment[],
  untold: readonly UntoldSegment[] = [],
): TraceStep[] {
  const steps = [...lines]
    .sort((a, b) => a.receivedAt - b.receivedAt || (a.copyId < b.copyId ? -1 : 1))
    .flatMap(stepsOf)
  for (const { name, at } of segments) {
    const [segment, change] = splitLast(name)
    steps.push({ step: 'segment', outcome: change, at, detail: { segment } })
  }
  return [...steps, ...untold.map(untoldStep)]
}

function untoldStep({ segment, change, began, ended, timestamp }: UntoldSegment): TraceStep {
  return {
    step: 'segment',
    outcome: 'not_told',
    reason: timestamp === began ? 'ended inside the window' : 'ended what had not been told yet',
    at: ended,
    detail: { segment, change: change.toLowerCase(), began: toIso(began), ended: toIso(ended) },
  }
}

/** How it stands at each destination, in the order in which they first heard of it. */
export function deliverySteps(lines: readonly DeliveryLine[], names: ReadonlyMap<string, string>): TraceStep[] {
  const latest = new Map<string, DeliveryLine>()
  for (const line of lines) {
    const known = latest.get(line.destination)
    // A redelivered effect is first told to be retrying again; what ended has ended.
    if (!known || known.outcome === 'retrying' || line.outcome === 'delivered') latest.set(line.destination, line)
  }
  return [...latest.values()].map(({ destination, outcome, reason, attempts, at }) => ({
    step: 'destination',
    outcome,
    ...(reason === undefined ? {} : { reason }),
    at,
    detail: { destination, name: names.get(destination) ?? destination, attempts },
  }))
}

/** What became of a message over all its copies: that it was applied weighs most, that a copy was a duplicate least. */
export function outcomeOf(lines: readonly TraceLine[]): Outcome['kind'] {
  const kinds = new Set(lines.map(({ outcome }) => outcome.kind))
  return (
    (['applied', 'dead_letter', 'rejected', 'dropped', 'duplicate'] as const).find((kind) => kinds.has(kind)) ??
    'dropped'
  )
}

/** Failures are never left out of a trace, whatever the rate. */
export function isFailure({ outcome, refused }: TraceLine): boolean {
  return (
    outcome.kind === 'rejected' || outcome.kind === 'dead_letter' || outcome.kind === 'dropped' || refused.length > 0
  )
}

function stepsOf(line: TraceLine): TraceStep[] {
  const { copyId, source, receivedAt, decidedAt: at, outcome, flags, attempts } = line
  const steps: TraceStep[] = [
    {
      step: 'received',
      outcome: 'accepted',
      at: receivedAt,
      detail: { source, copyId, ...(attempts === undefined ? {} : { attempts }) },
    },
  ]
  if (outcome.kind === 'rejected' && !outcome.reason.startsWith('plan:')) {
    steps.push({ step: 'validate', outcome: 'rejected', reason: outcome.reason, at, detail: { ...line.fault } })
    return steps
  }
  if (line.type !== undefined) {
    const time = line.timestamp === undefined ? {} : { timestamp: toIso(line.timestamp) }
    steps.push({ step: 'validate', outcome: 'pass', at, detail: { type: line.type, ...time } })
  }
  for (const flag of flags) steps.push({ step: flag, outcome: 'flagged', at, detail: {} })
  for (const note of line.notes ?? []) steps.push({ ...note, at, detail: note.detail ?? {} })
  if (line.canonicalId !== undefined) steps.push(identityStep(line))
  steps.push(fateOf(line))
  return steps
}

function identityStep({ canonicalId, leaf, refused, decidedAt: at }: TraceLine): TraceStep {
  const reason = refused.length > 0 ? { reason: [...new Set(refused)].join(', ') } : {}
  return {
    step: 'identity',
    outcome: refused.length > 0 ? 'link_refused' : 'resolved',
    ...reason,
    at,
    detail: { canonicalId, leaf, refusedLinks: refused },
  }
}

function fateOf({ outcome, decidedAt: at, told }: TraceLine): TraceStep {
  switch (outcome.kind) {
    case 'applied': {
      const detail = told ? { profile: told.kind, traits: told.traits, newIdentifiers: told.identifiers } : {}
      return { step: 'profile', outcome: outcome.redelivered ? 'applied again' : 'applied', at, detail }
    }
    case 'duplicate':
      return { step: 'deduplicate', outcome: 'duplicate', at, detail: { differentBody: outcome.conflict === true } }
    case 'dead_letter':
      return { step: outcome.stage, outcome: 'dead_letter', reason: outcome.reason, at, detail: {} }
    case 'dropped':
    case 'rejected':
      return { step: 'drop', outcome: outcome.kind, reason: outcome.reason, at, detail: {} }
  }
}

function splitLast(name: string): readonly [string, string] {
  const space = name.lastIndexOf(' ')
  return [name.slice(0, space), name.slice(space + 1).toLowerCase()]
}
