import type { Event } from '../event/event.ts'
import { isObject, type JsonObject, type JsonValue } from '../kernel/json.ts'
import type { Place } from './violation.ts'

/**
 * The event without what is at these places. Of an array whole elements go; what is missing, and what is wrong about the
 * properties as a whole, cannot be taken away.
 */
export function omitPlaces(event: Event, places: readonly Place[]): Event {
  const tree = treeOf(places.filter((place) => place.length > 1))
  let after = event
  for (const field of ['properties', 'traits'] as const) {
    const branch = tree.get(field)
    const body = after[field]
    if (branch && body) after = { ...after, [field]: without(body, branch) }
  }
  return after
}

/** Names and indexes; null: it goes with all that is in it. */
type Tree = Map<string, Tree | null>

function treeOf(places: readonly Place[]): Map<string, Tree | null> {
  const root: Tree = new Map()
  for (const place of places) {
    let at: Tree = root
    for (const [i, part] of place.entries()) {
      const key = String(part)
      const known = at.get(key)
      if (known === null) break // what is around it goes already
      if (i === place.length - 1) at.set(key, null)
      else {
        const next: Tree = known ?? new Map()
        at.set(key, next)
        at = next
      }
    }
  }
  return root
}

function without(value: JsonValue, tree: Tree): JsonValue {
  const kept = (key: string, inner: JsonValue): readonly JsonValue[] => {
    const branch = tree.get(key)
    return branch === undefined ? [inner] : branch === null ? [] : [without(inner, branch)]
  }
  if (Array.isArray(value))
    return value.flatMap((inner: JsonValue, i) => kept(String(i), inner).map((one) => [one])).flat(1)
  if (!isObject(value)) return value
  const entries = Object.entries(value).flatMap(([key, inner]) => kept(key, inner).map((one) => [key, one] as const))
  return Object.fromEntries(entries) as JsonObject
}
