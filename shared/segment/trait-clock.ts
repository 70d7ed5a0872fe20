import { canonicalJson } from '../kernel/canonical-json.ts'
import type { JsonValue } from '../kernel/json.ts'
import { isAbsent } from './operators.ts'
import { follow } from './path.ts'
import type { TraitHistory } from './person-view.ts'

/** A stretch of time during which a value stayed the same. */
export interface Reign {
  readonly value: JsonValue | undefined
  /** When it was first written; the write before it said something else, or there was none. */
  readonly since: number
  /** When another value took its place; Infinity while none has. */
  readonly until: number
}

/**
 * The values of a path over time, oldest first: writes that repeat the value do not begin a new reign. An empty string
 * and `null` are absent, which is a value like any other here. The first one may have begun earlier when writes are missing.
 */
export function reignsOf({ writes }: TraitHistory, keys: readonly string[]): readonly Reign[] {
  const reigns: { value: JsonValue | undefined; since: number; until: number }[] = []
  for (const { at, value } of writes) {
    const found = presentValue(follow(value, keys))
    const last = reigns.at(-1)
    if (last && same(last.value, found)) continue
    if (last) last.until = at
    reigns.push({ value: found, since: at, until: Number.POSITIVE_INFINITY })
  }
  return reigns
}

export function presentValue(value: JsonValue | undefined): JsonValue | undefined {
  return isAbsent(value) ? undefined : value
}

export function same(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object') return false
  return canonicalJson(a) === canonicalJson(b)
}
