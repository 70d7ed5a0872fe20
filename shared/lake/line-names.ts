import type { Event } from '../event/event.ts'
import { validateItem } from '../event/validate-item.ts'
import { identifierOf, identifiersOf } from '../identity/identifier.ts'
import { isObject, type JsonObject } from '../kernel/json.ts'
import { type ArchivedLine, withChanges } from '../message/archived-event.ts'

/** Something by which a copy can be asked for. */
export interface LineName {
  readonly type: string
  readonly match: string
}

/** Not identifiers, so no custom type of identifier has such a name. */
export const CANONICAL = '$canonical'
export const MESSAGE = '$message'

/** The canonical IDs that a line is about: whose it was, where it arrived, who was merged. */
export function canonicalIdsOf(line: ArchivedLine): readonly string[] {
  const item = isObject(line['item']) ? line['item'] : undefined
  const ids = [line['canonicalId'], line['leaf'], line['other'], item?.['profile']]
  return [...new Set(ids.filter((id): id is string => typeof id === 'string' && id !== ''))]
}

/** The identifiers that a line carries, as it was sent and as the stages left it, whatever its outcome. */
export function identifiersOfLine(line: ArchivedLine, country?: string): readonly LineName[] {
  const item = isObject(line['item']) ? line['item'] : undefined
  const body = isObject(item?.['body']) ? item['body'] : undefined
  const changes = isObject(line['changes']) ? line['changes'] : undefined
  const found = [
    ...(body ? identifiersIn(body, country) : []),
    ...(changes ? identifiersIn(withChanges(body ?? {}, changes), country) : []),
  ]
  return [...new Map(found.map(({ type, match }) => [`${type}:${match}`, { type, match }])).values()]
}

/** Everything that the hourly index finds a line by. */
export function namesOfLine(line: ArchivedLine, country?: string): readonly LineName[] {
  const messageId = line['messageId']
  return [
    ...identifiersOfLine(line, country),
    ...canonicalIdsOf(line).map((match) => ({ type: CANONICAL, match })),
    ...(typeof messageId === 'string' ? [{ type: MESSAGE, match: messageId }] : []),
  ]
}

/** The identifiers in an item as it was sent, valid or not. */
export function identifiersIn(body: JsonObject, country?: string): readonly LineName[] {
  const valid = validateItem(body, undefined)
  const { userId, anonymousId, context, traits, previousId } = body
  const shape = {
    ...body,
    type: valid.ok ? valid.value : 'identify',
    userId,
    anonymousId,
    traits: isObject(traits) ? traits : undefined,
    context: isObject(context) ? context : {},
  }
  // Only what identifiersOf reads is there, each checked by identifierOf.
  const found: LineName[] = [...identifiersOf(shape as unknown as Event, country)]
  for (const type of ['user_id', 'anonymous_id']) {
    const identifier = identifierOf(type, previousId)
    if (identifier) found.push(identifier)
  }
  return found
}
