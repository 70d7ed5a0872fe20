import { toIso } from '../kernel/instant.ts'
import type { JsonObject, JsonValue } from '../kernel/json.ts'
import type { Person } from './hook-event.ts'

/** Who, when, and by whom: the same for every message told of a webhook. */
export function about(person: Person, at: number | undefined, provider: string): JsonObject {
  const { userId, anonymousId, email, phone, externalIds } = person
  const ids: JsonValue[] = Object.entries(externalIds ?? {}).map(([type, id]) => ({ type, id }))
  if (email !== undefined) ids.push({ type: 'email', id: email })
  if (phone !== undefined) ids.push({ type: 'phone', id: phone })
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(anonymousId === undefined ? {} : { anonymousId }),
    ...(at === undefined ? {} : { timestamp: toIso(at) }),
    context: {
      ...(ids.length > 0 ? { externalIds: ids } : {}),
      library: { name: 'tributary-hooks' },
      hook: { provider },
    },
  }
}
