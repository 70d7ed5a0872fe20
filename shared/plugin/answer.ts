import type { Event, EventType } from '../event/event.ts'
import { cleanJson, isObject, type JsonObject, type JsonValue, own, shapeFault } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { utf8Length } from '../kernel/utf8.ts'

/**
 * What a blocking plugin answers about one event, whoever wrote it and wherever it ran. It is a stranger's word: read,
 * never cast.
 *
 * ```json
 * { "set": { "context.weather": { "sky": "clear" } } }     { "drop": "test order" }     null, {}: nothing
 * ```
 */
export type PluginAnswer =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'set'; readonly set: JsonObject }
  | { readonly kind: 'drop'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** What one plugin may add to one event. */
export const MOST_ADDED_BYTES = 16 * 1024
const MOST_REASON_CHARS = 200

const NOTHING: PluginAnswer = { kind: 'nothing' }

/** @param writes the fields that the plugin declared @param event as it was given to the plugin */
export function readAnswer(raw: unknown, writes: readonly string[], event: Event): PluginAnswer {
  if (raw === null || raw === undefined) return NOTHING
  if (!isObject(raw)) return failed(`answered ${typeOf(raw)} and not an object`)
  const error = own(raw, 'error')
  if (error !== undefined && error !== null) return failed(`error: ${textOf(error)}`)
  const drop = own(raw, 'drop')
  if (drop !== undefined && drop !== null && drop !== false) return readDrop(drop)
  const set = own(raw, 'set')
  if (set !== undefined && set !== null) return readSet(set, writes, event)
  const unknown = Object.keys(raw).find((key) => !['messageId', 'error', 'drop', 'set'].includes(key))
  return unknown === undefined ? NOTHING : failed(`answered ${quoted(unknown)}, which is neither set nor drop`)
}

function readDrop(drop: JsonValue): PluginAnswer {
  if (drop === true) return { kind: 'drop', reason: 'no reason given' }
  if (typeof drop !== 'string') return failed('drop is no text')
  return { kind: 'drop', reason: cleanJson(drop).slice(0, MOST_REASON_CHARS) }
}

function readSet(set: JsonValue, writes: readonly string[], event: Event): PluginAnswer {
  if (!isObject(set)) return failed('set is no object')
  const paths = Object.keys(set)
  if (paths.length === 0) return NOTHING
  for (const path of paths) {
    if (path.startsWith('traits.') && !HAVE_TRAITS.has(event.type))
      return failed(`writes ${quoted(path)}, but only identify and group calls have traits`)
    if (!isDeclared(path, writes)) return failed(`writes ${quoted(path)}, which it did not declare`)
    const obstacle = obstacleTo(path, event)
    if (obstacle !== undefined && !isDeclared(obstacle, writes))
      return failed(`writes ${quoted(path)}, but ${quoted(obstacle)} is no object`)
  }
  const fault = shapeFault(set, { maxDepth: LIMITS.depth, maxKeys: LIMITS.keys })
  if (fault) return failed(fault.message)
  const bytes = utf8Length(JSON.stringify(set))
  if (bytes > MOST_ADDED_BYTES) return failed(`adds ${bytes} bytes, of ${MOST_ADDED_BYTES}`)
  return { kind: 'set', set: cleanJson(set) }
}

/** The traits of other calls say nothing about anybody. */
const HAVE_TRAITS: ReadonlySet<EventType> = new Set(['identify', 'group'])

/** A declared field, or one inside of it. */
function isDeclared(path: string, writes: readonly string[]): boolean {
  const keys = path.split('.')
  if (keys.includes('') || keys.includes('__proto__') || path.length > 500) return false
  return writes.some((declared) => path === declared || path.startsWith(`${declared}.`))
}

/** What stands on the way to a field and would have to be thrown away for it: an undeclared field that is no object. */
function obstacleTo(path: string, event: Event): string | undefined {
  const keys = path.split('.')
  let inner: JsonValue | undefined = event as unknown as JsonObject
  for (let level = 0; level < keys.length - 1; level++) {
    inner = isObject(inner) ? own(inner, keys[level] as string) : undefined
    if (inner === undefined) return undefined
    if (!isObject(inner)) return keys.slice(0, level + 1).join('.')
  }
  return undefined
}

function failed(reason: string): PluginAnswer {
  return { kind: 'failed', reason: reason.slice(0, 2 * MOST_REASON_CHARS) }
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}

function textOf(value: JsonValue): string {
  return (typeof value === 'string' ? cleanJson(value) : JSON.stringify(value)).slice(0, MOST_REASON_CHARS)
}

function quoted(path: string): string {
  return JSON.stringify(path.slice(0, MOST_REASON_CHARS))
}
