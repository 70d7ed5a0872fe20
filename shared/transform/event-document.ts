import type { Event, EventFlag, EventType } from '../event/event.ts'
import type { TimeSettings } from '../event/normalize.ts'
import { TRANSPORT_FIELDS } from '../event/normalize.ts'
import { decideTime, isLate } from '../event/time-rule.ts'
import { idText, validateItem } from '../event/validate-item.ts'
import { parseInstant, toIso } from '../kernel/instant.ts'
import { cleanJson, isObject, type JsonFault, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import { LIMITS } from '../kernel/limits.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { utf8Length } from '../kernel/utf8.ts'

/**
 * An event as the JSON that a transformation sees and rewrites: the words of the SDKs (`event`, `userId`, `properties.total`,
 * `context.page.url`), and back. What came back is held to the same rules as what an SDK sends.
 *
 * @law an event whose document nobody changed comes back as it was
 */
export const READ_ONLY = ['messageId', 'type', 'source', 'receivedAt', 'originalTimestamp', 'sentAt'] as const

const WRITABLE = [
  'event',
  'name',
  'category',
  'userId',
  'anonymousId',
  'previousId',
  'groupId',
  'traits',
  'properties',
  'context',
  'integrations',
  'timestamp',
] as const

const KNOWN: ReadonlySet<string> = new Set([...READ_ONLY, ...WRITABLE])

export function eventDocument(event: Event): JsonObject {
  const { source, messageId, type, name, context, timestamp, receivedAt, flags: _, extra, ...optional } = event
  const named = name === undefined ? {} : { [type === 'track' ? 'event' : 'name']: name }
  const times = { timestamp: toIso(timestamp), receivedAt: toIso(receivedAt) }
  return { ...extra, messageId, type, source, ...named, ...present(optional), context, ...times }
}

function present(fields: { readonly [name: string]: JsonValue | undefined }): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject
}

/** The event that a rewritten document is, or what is wrong with it. What is missing of the read-only fields stays. */
export function eventOfDocument(before: Event, document: JsonObject, settings: TimeSettings): Result<Event, JsonFault> {
  const old = eventDocument(before)
  for (const field of READ_ONLY) {
    const value = own(document, field)
    if (value !== undefined && value !== own(old, field)) return fault(field, 'cannot be changed')
  }
  const time = timeOf(before, document, settings)
  if (!time.ok) return time
  const { type, messageId } = before
  // A batch may bring a context that its items are not checked for: what was wrong before is nobody's fault here.
  const wrong = faultIn({ ...document, type, messageId })
  if (wrong && faultIn(old)?.path !== wrong.path) return fault(wrong.path, wrong.message)
  const clean = cleanJson(document)
  if (isTooLarge(clean, old)) return fault('', `larger than ${LIMITS.eventBytes} bytes`)
  return ok(rebuilt(before, clean, time.value))
}

function rebuilt(before: Event, document: JsonObject, time: Pick<Event, 'timestamp' | 'flags'>): Event {
  const { source, messageId, type, receivedAt, originalTimestamp, sentAt } = before
  return {
    source,
    messageId,
    type,
    ...optional('name', textIn(document, type === 'track' ? 'event' : 'name')),
    ...optional('category', textIn(document, 'category')),
    ...optional('userId', idText(own(document, 'userId'))),
    ...optional('anonymousId', idText(own(document, 'anonymousId'))),
    ...optional('previousId', idText(own(document, 'previousId'))),
    ...optional('groupId', idText(own(document, 'groupId'))),
    ...optional('traits', HAVE_TRAITS.has(type) ? (objectIn(document, 'traits') ?? {}) : before.traits),
    ...optional('properties', objectIn(document, 'properties') ?? (HAVE_PROPERTIES.has(type) ? {} : undefined)),
    context: objectIn(document, 'context') ?? {},
    ...optional('integrations', objectIn(document, 'integrations')),
    ...optional('extra', extraIn(document, before.extra)),
    receivedAt,
    ...optional('originalTimestamp', originalTimestamp),
    ...optional('sentAt', sentAt),
    ...time,
  }
}

/** As normalize has it: the traits of other calls say nothing about anybody. */
const HAVE_TRAITS: ReadonlySet<EventType> = new Set(['identify', 'group'])
const HAVE_PROPERTIES: ReadonlySet<EventType> = new Set(['track', 'page', 'screen'])

/** A new time is held to the rule for times that are sent: one that cannot be becomes the arrival, and is flagged. */
function timeOf(
  before: Event,
  document: JsonObject,
  { windowMs, graceMs }: TimeSettings,
): Result<Pick<Event, 'timestamp' | 'flags'>, JsonFault> {
  const { timestamp, receivedAt, flags } = before
  const given = own(document, 'timestamp')
  if (given === undefined || given === toIso(timestamp)) return ok({ timestamp, flags })
  if (parseInstant(given) === undefined) return fault('timestamp', 'must be an ISO 8601 date or time')
  const sent = { timestamp: given, originalTimestamp: undefined, sentAt: undefined, library: undefined }
  const decided = decideTime(sent, receivedAt)
  const now: EventFlag[] = decided.clock ? ['clock'] : []
  if (isLate(decided.timestamp, receivedAt, windowMs, graceMs)) now.push('late')
  return ok({ timestamp: decided.timestamp, flags: now })
}

function faultIn(document: JsonObject): JsonFault | undefined {
  const valid = validateItem(document, undefined)
  return valid.ok ? undefined : valid.failure
}

/** One UTF-16 unit is at most three bytes, so of most documents no bytes are counted. */
function isTooLarge(document: JsonObject, old: JsonObject): boolean {
  const text = JSON.stringify(document)
  if (text.length * 3 <= LIMITS.eventBytes) return false
  const bytes = utf8Length(text)
  return bytes > LIMITS.eventBytes && bytes > utf8Length(JSON.stringify(old))
}

function extraIn(document: JsonObject, before: JsonObject | undefined): JsonObject | undefined {
  const entries = Object.entries(document).filter(([field]) => !KNOWN.has(field) && !TRANSPORT_FIELDS.has(field))
  // A sender's own field of that name; the document shows our source in its place.
  if (before && own(before, 'source') !== undefined) entries.push(['source', own(before, 'source') as JsonValue])
  const same = before && entries.length === Object.keys(before).length
  if (same && entries.every(([field, value]) => own(before, field) === value)) return before
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}

function textIn(document: JsonObject, field: string): string | undefined {
  const value = own(document, field)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function objectIn(document: JsonObject, field: string): JsonObject | undefined {
  const value = own(document, field)
  return isObject(value) ? value : undefined
}

function fault(path: string, message: string): Result<never, JsonFault> {
  return err({ path, message })
}
