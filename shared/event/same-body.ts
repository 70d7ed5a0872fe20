import { canonicalJson } from '../kernel/canonical-json.ts'
import type { JsonObject } from '../kernel/json.ts'
import { DERIVED_PROPERTIES } from './derived-properties.ts'
import type { Event } from './event.ts'

/**
 * What two copies of one event must agree on. Times are left out: the corrected time moves with each attempt, and
 * `sentAt`, retry counts and the context's network facts belong to the transport; what we computed ourselves is nobody's
 * word.
 */
export function sameBody(a: Event, b: Event): boolean {
  return substance(a) === substance(b)
}

function substance(event: Event): string {
  const { type, name, category, userId, anonymousId, previousId, groupId, traits, properties } = event
  const body = {
    type,
    name,
    category,
    userId,
    anonymousId,
    previousId,
    groupId,
    traits,
    properties: sentOf(properties),
  }
  return canonicalJson(body as unknown as JsonObject)
}

function sentOf(properties: JsonObject | undefined): JsonObject | undefined {
  if (!properties || !DERIVED_PROPERTIES.some((name) => Object.hasOwn(properties, name))) return properties
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !DERIVED_PROPERTIES.includes(name)))
}
