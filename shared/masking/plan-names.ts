import { isObject, type JsonValue } from '../kernel/json.ts'
import type { TrackingPlan } from '../tracking-plan/tracking-plan.ts'

/** A note in a JSON Schema that says: this is somebody's. Keywords that a validator does not know are notes. */
export const PERSONAL_NOTES = ['personal', 'x-personal', 'x-pii'] as const

/** Names of the properties that tracking plans mark with `"personal": true`, however deep. */
export function personalNamesIn(plans: readonly Pick<TrackingPlan, 'events'>[]): readonly string[] {
  const names = new Set<string>()
  for (const { events } of plans) for (const { schema } of events) collect(schema, names)
  return [...names]
}

function collect(schema: JsonValue, names: Set<string>): void {
  if (Array.isArray(schema)) for (const one of schema) collect(one, names)
  if (!isObject(schema)) return
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'properties' && isObject(value)) {
      for (const [name, inner] of Object.entries(value)) if (isMarked(inner)) names.add(name)
    }
    collect(value, names)
  }
}

function isMarked(schema: JsonValue): boolean {
  return isObject(schema) && PERSONAL_NOTES.some((note) => schema[note] === true)
}
