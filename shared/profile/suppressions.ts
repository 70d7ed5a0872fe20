import { DAY, toIso } from '../kernel/instant.ts'
import { isObject, type JsonObject } from '../kernel/json.ts'
import type { SuppressionDocument } from './document.ts'
import { before } from './state.ts'
import { positionOf, type StoredEvent } from './timeline.ts'

/**
 * Where nothing may be sent any more, from what providers told (contracts/providers.md §1): a hard bounce suppresses the
 * address on its channel, a complaint all marketing, three soft bounces within seven days the address as well. Only an
 * explicit lift takes it away; a delivery never does. Made of the timeline at every look, so that merging, splitting and
 * the order of arrival need no rule of their own.
 *
 * @law the order in which events of providers arrive does not change what is suppressed
 */
const SOFT_BOUNCES = { count: 3, withinMs: 7 * DAY } as const

interface Note {
  readonly kind: string
  readonly channel: string
  readonly scope: string
  readonly address: string | null
  readonly row: StoredEvent
}

/** `rows`: the events that carry `properties.suppression`, in any order. */
export function suppressionDocuments(rows: readonly StoredEvent[]): SuppressionDocument[] {
  const notes = rows.flatMap(noteOf)
  notes.sort((a, b) => (before(positionOf(a.row.event), positionOf(b.row.event)) ? -1 : 1))
  const standing = new Map<string, SuppressionDocument>()
  const soft = new Map<string, number[]>()
  for (const note of notes) {
    const { channel, scope, address, kind, row } = note
    const place = `${channel}\n${address}`
    const at = row.event.timestamp
    if (kind === 'lift') standing.delete(`${place}\n${scope}`)
    if (kind === 'lift' && scope === 'all') soft.delete(place)
    const recent = [...(soft.get(place) ?? []), ...(kind === 'soft_bounce' ? [at] : [])].filter(
      (then) => then > at - SOFT_BOUNCES.withinMs,
    )
    if (kind === 'soft_bounce') soft.set(place, recent)
    const isGone = kind === 'soft_bounce' && recent.length >= SOFT_BOUNCES.count
    if (kind !== 'suppress' && kind !== 'mirror' && !isGone) continue
    const key = `${place}\n${scope}`
    if (standing.has(key)) continue
    const reason = row.event.name ?? kind
    standing.set(key, { channel, address, scope, since: toIso(at), reason, messageId: row.event.messageId })
  }
  return [...standing.values()]
}

function noteOf(row: StoredEvent): readonly Note[] {
  const properties: JsonObject = row.event.properties ?? {}
  const told = properties['suppression']
  if (!isObject(told)) return []
  const { kind, channel, scope } = told
  if (typeof kind !== 'string' || typeof channel !== 'string' || typeof scope !== 'string') return []
  const recipient = properties['recipient']
  return [{ kind, channel, scope, address: typeof recipient === 'string' ? recipient : null, row }]
}
