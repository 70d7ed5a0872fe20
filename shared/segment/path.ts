import { z } from 'zod'
import { isObject, type JsonValue, own } from '../kernel/json.ts'

/** A path names a value: a trait or property, and with dots what is inside of an object (`address.city`). */
const MOST_CHARS = 512
const MOST_LEVELS = 32

export const Path = z
  .string()
  .min(1, 'must not be empty')
  .max(MOST_CHARS)
  .refine((path) => path.split('.').every((key) => key !== ''), 'must not have an empty part between its dots')
  .refine((path) => path.split('.').length <= MOST_LEVELS, `must not have more than ${MOST_LEVELS} parts`)
  .meta({ description: 'A name; dots go into objects' })

/** The key of the top level, which is what a trait is stored and written under. */
export function topOf(path: string): string {
  const dot = path.indexOf('.')
  return dot < 0 ? path : path.slice(0, dot)
}

/** The keys below the top level. */
export function restOf(path: string): readonly string[] {
  return path.split('.').slice(1)
}

/** Follows keys into objects. Only own properties, and no array is an object: `tags.length` is absent. */
export function follow(value: JsonValue | undefined, keys: readonly string[]): JsonValue | undefined {
  let found = value
  for (const key of keys) {
    if (!isObject(found)) return undefined
    found = own(found, key)
  }
  return found
}
