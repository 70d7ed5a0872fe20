import { isObject, type JsonValue, own } from '../kernel/json.ts'
import { typeOf } from './evaluate-scalar.ts'
import type { Place } from './violation.ts'

/**
 * An event that was otherwise than planned, for whoever wants to look it up. Of the value there is only what it is like:
 * samples are no place where a person's data could outlive an erasure.
 */
export interface Sample {
  readonly messageId: string
  /** Arrival, epoch milliseconds. */
  readonly at: number
  readonly source: string
  /** Type of the value in question; `none` when it is not there. */
  readonly type: string
  /** Characters of a text, elements of an array, properties of an object. */
  readonly length?: number
}

/** What the value at a place is like. */
export function shapeAt(value: JsonValue, place: Place): Pick<Sample, 'type' | 'length'> {
  let found: JsonValue | undefined = value
  for (const part of place) {
    if (typeof found !== 'object' || found === null) return { type: 'none' }
    found = own(found as { readonly [key: string]: JsonValue }, String(part))
  }
  if (found === undefined) return { type: 'none' }
  if (typeof found === 'string' || Array.isArray(found)) return { type: typeOf(found), length: found.length }
  return isObject(found) ? { type: 'object', length: Object.keys(found).length } : { type: typeOf(found) }
}
