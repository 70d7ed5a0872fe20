import type { Event } from '../event/event.ts'
import type { TimeSettings } from '../event/normalize.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import { eventDocument, eventOfDocument } from '../transform/event-document.ts'
import { put } from '../transform/mapping.ts'
import type { PluginAnswer } from './answer.ts'
import type { OnFailure } from './plugin-config.ts'

/**
 * Joins what the plugins said about one event. Who drops decides; else who failed and must not be left out; else every
 * field has the value of the plugin with the lowest position that wrote it, names deciding between equals.
 *
 * @law the result does not depend on the order of the answers
 * @law a field that no plugin declared keeps its value
 */
export interface Voter {
  readonly id: string
  readonly name: string
  readonly position: number
  readonly onFailure: OnFailure
}

export interface Vote {
  readonly plugin: Voter
  readonly answer: PluginAnswer
}

export type Joined =
  | { readonly kind: 'pass'; readonly event: Event }
  | { readonly kind: 'drop'; readonly plugin: Voter; readonly reason: string }
  | { readonly kind: 'dead_letter'; readonly plugin: Voter; readonly reason: string }
  /** What they wrote together is no event that we take; nobody's writes are taken. */
  | { readonly kind: 'refused'; readonly reason: string }

export function joinVotes(event: Event, votes: readonly Vote[], settings: TimeSettings): Joined {
  const ordered = [...votes].sort(byPriority)
  for (const { plugin, answer } of ordered)
    if (answer.kind === 'drop') return { kind: 'drop', plugin, reason: answer.reason }
  for (const { plugin, answer } of ordered)
    if (answer.kind === 'failed' && plugin.onFailure === 'dead_letter')
      return { kind: 'dead_letter', plugin, reason: answer.reason }
  if (!ordered.some(({ answer }) => answer.kind === 'set')) return { kind: 'pass', event }
  const after = eventOfDocument(event, written(eventDocument(event), ordered), settings)
  if (after.ok) return { kind: 'pass', event: after.value }
  const reason = `what was written is no event: ${after.failure.path} ${after.failure.message}`
  const strict = ordered.find(({ plugin, answer }) => answer.kind === 'set' && plugin.onFailure === 'dead_letter')
  return strict ? { kind: 'dead_letter', plugin: strict.plugin, reason } : { kind: 'refused', reason }
}

/** The least first: position, then name, then id, so that no two are equal. */
function byPriority({ plugin: a }: Vote, { plugin: b }: Vote): number {
  return a.position - b.position || order(a.name, b.name) || order(a.id, b.id)
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Written from the back, so that the first has the last word; of one plugin the shorter path first. */
function written(document: JsonObject, ordered: readonly Vote[]): JsonObject {
  let result = document
  for (const { answer } of ordered.toReversed()) {
    if (answer.kind !== 'set') continue
    for (const path of Object.keys(answer.set).sort((a, b) => a.length - b.length || order(a, b)))
      result = put(result, path.split('.'), answer.set[path] as JsonValue)
  }
  return result
}
