import { canonicalJson } from '../kernel/canonical-json.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Event } from './event.ts'

/**
 * What two copies of one event must agree on. Times are left out: the corrected time moves with each attempt, and
 * `sentAt`, retry counts and the context's network facts belong to the transport.
 */
export function sameBody(a: Event, b: Event): boolean {
  return substance(a) === substance(b)
}

function substance(event: Event): string {
  const { type, name, category, userId, anonymousId, previousId, groupId, traits, properties } = event
  const body = { type, name, category, userId, anonymousId, previousId, groupId, traits, properties }
  return canonicalJson(body as unknown as JsonObject)
}
