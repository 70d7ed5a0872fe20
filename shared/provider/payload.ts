import { parseInstant } from '../kernel/instant.ts'
import { isObject, type JsonObject, type JsonValue, own, shapeFault } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { toHex } from './encoding.ts'
import type { HookTools } from './hook-tools.ts'

/** Careful hands for payloads of strangers: every reader answers undefined where the field is not what it should be. */
/** What is told of a payload lies two levels deeper and must still be an event. */
const BOUNDS = { maxDepth: LIMITS.depth - 4, maxKeys: LIMITS.keys }
/** Longer texts are data that went astray; the raw payload keeps them. */
const MOST_CHARS = 2_000

export function parseJson(text: string): Result<JsonValue, string> {
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
  } catch (cause) {
    return err(`the body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  const fault = shapeFault(value, BOUNDS)
  return fault ? err(`${fault.path}: ${fault.message}`) : ok(value)
}

/** One record or a list of them, as several providers send either. */
export function recordsOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [value]
}

/** A body that is one record or a list of them. */
export function readRecords(text: string): Result<readonly JsonValue[], string> {
  const body = parseJson(text)
  return body.ok ? ok(recordsOf(body.value)) : body
}

/** A body that is one record, an object. */
export function readObject(text: string): Result<readonly JsonValue[], string> {
  const body = parseJson(text)
  if (!body.ok) return body
  return isObject(body.value) ? ok([body.value]) : err('the body is not an object')
}

/** A name for what comes without one: the hash of what tells it from others. */
export function digestOf(parts: readonly (string | undefined)[], tools: Pick<HookTools, 'sha256'>): string {
  return toHex(tools.sha256([parts.map((part) => part ?? '').join('|')]))
}

export function at(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let here = value
  for (const key of path) {
    if (!isObject(here)) return undefined
    here = own(here as JsonObject, key)
  }
  return here
}

/** A text, or a number as text; nothing else and not an empty one. */
export function textAt(value: JsonValue | undefined, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path)
  if (typeof found === 'number' && Number.isFinite(found)) return String(found)
  return typeof found === 'string' && found !== '' ? found.slice(0, MOST_CHARS) : undefined
}

export function flagAt(value: JsonValue | undefined, ...path: readonly string[]): boolean {
  return at(value, ...path) === true
}

export function listAt(value: JsonValue | undefined, ...path: readonly string[]): readonly JsonValue[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? (found as readonly JsonValue[]) : []
}

/** Epoch seconds, with a fraction or as text, to milliseconds. */
export function secondsAt(value: JsonValue | undefined, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path)
  const seconds = typeof found === 'string' && /^\d{1,12}(?:\.\d{1,9})?$/.test(found) ? Number(found) : found
  return typeof seconds === 'number' && seconds > 0 && seconds < 1e11 ? Math.round(seconds * 1_000) : undefined
}

export function millisecondsAt(value: JsonValue | undefined, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path)
  const ms = typeof found === 'string' && /^\d{1,15}$/.test(found) ? Number(found) : found
  return typeof ms === 'number' && ms > 0 && ms < 1e14 ? Math.round(ms) : undefined
}

export function instantAt(value: JsonValue | undefined, ...path: readonly string[]): number | undefined {
  return parseInstant(at(value, ...path))
}

/** The scalar fields of an object: what was sent along with the message. */
export function scalarsOf(value: JsonValue | undefined): Record<string, string | number | boolean> | undefined {
  if (!isObject(value)) return undefined
  const scalars: Record<string, string | number | boolean> = Object.create(null)
  let count = 0
  for (const [key, each] of Object.entries(value)) {
    if (key === '__proto__' || count >= 50) continue
    if (typeof each === 'string') scalars[key] = each.slice(0, MOST_CHARS)
    else if (typeof each === 'number' || typeof each === 'boolean') scalars[key] = each
    else continue
    count += 1
  }
  return count > 0 ? { ...scalars } : undefined
}

/** Leaves out what is undefined, which `exactOptionalPropertyTypes` does not let through. */
export function present<T extends object>(object: { [K in keyof T]: T[K] | undefined }): T {
  const copy = { ...object }
  for (const key of Object.keys(copy) as (keyof T)[]) if (copy[key] === undefined) delete copy[key]
  // Every undefined is gone: what is left is T's own optionality.
  return copy as T
}
