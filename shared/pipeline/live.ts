import { z } from 'zod'
import { EVENT_TYPES } from '../event/event.ts'
import { toIso } from '../kernel/instant.ts'
import { matchesName } from '../kernel/name-pattern.ts'
import type { FigureGroup } from './figures.ts'
import type { StageNote } from './stage-note.ts'
import { isFailure, OUTCOME_KINDS, type TraceLine } from './trace.ts'

/**
 * Watching events as they are decided: what a watcher asked for, which copies of a batch are for whom, and what is said of
 * each. The consumer chooses (it has the events at hand), so that what nobody asked for is sent nowhere.
 */
const Names = z.array(z.string().min(1).max(255)).min(1).max(50)

export const LiveFilter = z.strictObject({
  events: Names.optional().meta({ description: 'Names, exact or `"prefix*"`' }),
  sources: Names.optional(),
  types: z.array(z.enum(EVENT_TYPES)).min(1).optional(),
  outcomes: z.array(z.enum(OUTCOME_KINDS)).min(1).optional(),
  profile: z.string().min(1).max(400).optional().meta({ description: '`prf_…` or `type:value`' }),
  text: z.string().min(1).max(200).optional().meta({ description: 'Somewhere in it, whatever the case' }),
})
export type LiveFilter = z.infer<typeof LiveFilter>

/** Of one connection: events a second, with some kept for failures, so that they are seen behind a burst of what went well. */
export const LIVE_PER_SECOND = 50
export const LIVE_PER_SECOND_FINE = 40
/** Characters of a payload; of a longer one only its length is told. */
export const LIVE_PAYLOAD_CHARS = 8_192

/** A filter is kept beside its WebSocket, which may have 2,048 bytes, and a character may take two. */
export const MOST_FILTER_CHARS = 700

/** What the Worker says of a connection that it lets in, in a header of its request to the hub. */
export interface LiveOpening {
  readonly filter: LiveFilter
  readonly tokenId: string
  readonly seesPeople: boolean
  /** Personal values in what it is shown are masked. */
  readonly masked: boolean
  /** Which figures it is told beside those of events; absent unless it asked for figures. */
  readonly figures?: readonly FigureGroup[]
}
export const OPENING_HEADER = 'X-Tributary-Opening'

/** One connection, as the consumer knows it. */
export interface Watcher {
  readonly id: string
  readonly filter: LiveFilter
  /** Whom `filter.profile` named when it was set. */
  readonly person?: string
  /** Without the right to read people a text is looked for in names only, and no payload is sent. */
  readonly seesPeople: boolean
}

/** A decided copy with what is needed to choose it. */
export interface LiveCandidate {
  readonly line: TraceLine
  /** `type:match` of the identifiers that the message has. */
  readonly identifiers: readonly string[]
  /** The message as it was accepted, as JSON; made when it is asked for. */
  readonly payload: () => string | undefined
}

/** What a watcher is told of a copy. */
export interface LiveEvent {
  readonly messageId: string
  readonly copyId: string
  readonly source: string
  readonly type?: string
  readonly name?: string
  /** ISO 8601. */
  readonly timestamp?: string
  readonly receivedAt: string
  readonly decidedAt: string
  readonly outcome: TraceLine['outcome']['kind']
  readonly stage?: string
  readonly reason?: string
  readonly fault?: { readonly path: string; readonly message: string }
  readonly canonicalId?: string
  readonly flags: string[]
  readonly refusedLinks: string[]
  readonly notes: StageNote[]
}

/** What the consumer hands over of one batch. */
export interface LiveFeed {
  readonly copies: readonly LiveCopy[]
  readonly shares: readonly LiveShare[]
}

export interface LiveCopy {
  readonly event: LiveEvent
  readonly isFailure: boolean
  /** JSON, when somebody may see it and it is not too long. */
  readonly payload?: string
  readonly payloadChars?: number
}

/** Whose of the copies are: indexes, and how many more there were. */
export interface LiveShare {
  readonly watcher: string
  readonly copies: readonly number[]
  readonly skipped: number
}

/**
 * What of a batch is sent to the hub: each copy once, and for each watcher which are theirs.
 * @law every copy that a watcher asked for is either sent or counted as skipped, failures first
 */
export function feedOf(
  watchers: readonly Watcher[],
  candidates: readonly LiveCandidate[],
  most: number = LIVE_PER_SECOND,
): LiveFeed {
  const chosen = watchers.map((watcher) => {
    const wanted = candidates.flatMap((candidate, i) => (isWanted(watcher, candidate) ? [i] : []))
    return { watcher, wanted, taken: failuresFirst(wanted, candidates, most) }
  })
  const used = [...new Set(chosen.flatMap(({ taken }) => taken))].sort((a, b) => a - b)
  const place = new Map(used.map((candidate, i) => [candidate, i]))
  const seen = new Set(chosen.flatMap(({ watcher, taken }) => (watcher.seesPeople ? taken : [])))
  return {
    copies: used.map((i) => copyOf(candidates[i] as LiveCandidate, seen.has(i))),
    shares: chosen
      .filter(({ wanted }) => wanted.length > 0)
      .map(({ watcher, wanted, taken }) => ({
        watcher: watcher.id,
        copies: taken.map((i) => place.get(i) as number),
        skipped: wanted.length - taken.length,
      })),
  }
}

/** In their order, but when there are too many those that went well are left out first. */
function failuresFirst(
  wanted: readonly number[],
  candidates: readonly LiveCandidate[],
  most: number,
): readonly number[] {
  if (wanted.length <= most) return wanted
  const { failed = [], rest = [] } = Object.groupBy(wanted, (i) =>
    isFailure((candidates[i] as LiveCandidate).line) ? 'failed' : 'rest',
  )
  return [...failed.slice(0, most), ...rest.slice(0, Math.max(0, most - failed.length))].sort((a, b) => a - b)
}

export function isWanted(
  { filter, person, seesPeople }: Watcher,
  { line, identifiers, payload }: LiveCandidate,
): boolean {
  const { events, sources, types, outcomes, profile, text } = filter
  if (sources && !sources.includes(line.source)) return false
  if (types && !types.some((type) => type === line.type)) return false
  if (outcomes && !outcomes.includes(line.outcome.kind)) return false
  if (events && !events.some((pattern) => matchesName(pattern, line.name ?? ''))) return false
  if (profile !== undefined && !isAbout(line, identifiers, profile, person, seesPeople)) return false
  return text === undefined || isIn(text, line, seesPeople ? payload : undefined)
}

/** Who may not read people may follow an ID, and not find out which one an address has. */
function isAbout(
  { canonicalId }: TraceLine,
  identifiers: readonly string[],
  profile: string,
  person: string | undefined,
  seesPeople: boolean,
): boolean {
  if (canonicalId !== undefined && canonicalId === profile) return true
  if (!seesPeople) return false
  return (canonicalId !== undefined && canonicalId === person) || identifiers.includes(profile)
}

function isIn(text: string, line: TraceLine, payload: LiveCandidate['payload'] | undefined): boolean {
  const wanted = text.toLowerCase()
  const { messageId, name = '', source, canonicalId = '' } = line
  if (`${messageId}\n${name}\n${source}\n${canonicalId}`.toLowerCase().includes(wanted)) return true
  return payload?.()?.toLowerCase().includes(wanted) ?? false
}

function copyOf({ line, payload }: LiveCandidate, isSeen: boolean): LiveCopy {
  const copy = { event: liveEventOf(line), isFailure: isFailure(line) }
  const text = isSeen ? payload() : undefined
  if (text === undefined) return copy
  return text.length <= LIVE_PAYLOAD_CHARS ? { ...copy, payload: text } : { ...copy, payloadChars: text.length }
}

/** The face of a line in lists and streams: as the trace has it, and nothing of its content. */
export function liveEventOf(line: TraceLine): LiveEvent {
  const { messageId, copyId, source, type, name, timestamp, receivedAt, decidedAt, outcome, fault, canonicalId } = line
  return {
    messageId,
    copyId,
    source,
    ...(type === undefined ? {} : { type }),
    ...(name === undefined ? {} : { name }),
    ...(timestamp === undefined ? {} : { timestamp: toIso(timestamp) }),
    receivedAt: toIso(receivedAt),
    decidedAt: toIso(decidedAt),
    outcome: outcome.kind,
    ...(outcome.kind === 'dead_letter' ? { stage: outcome.stage } : {}),
    ...('reason' in outcome ? { reason: outcome.reason } : {}),
    ...(fault === undefined ? {} : { fault }),
    ...(canonicalId === undefined ? {} : { canonicalId }),
    flags: [...line.flags],
    refusedLinks: [...new Set(line.refused)],
    notes: [...(line.notes ?? [])],
  }
}
