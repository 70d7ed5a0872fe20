import { cleanJson, cleanText, isObject, type JsonObject, type JsonValue, own } from '../kernel/json.ts'
import type { Event, EventFlag, EventType } from './event.ts'
import { decideTime, isLate } from './time-rule.ts'
import { idText } from './validate-item.ts'

/**
 * Turns one valid item of an ingest message into an event: one shape for all SDK families, ids as text, the time
 * decided, transport fields gone, text clean. Total for items that validateItem passed; it rejects nothing.
 */
export interface TimeSettings {
  readonly windowMs: number
  readonly graceMs: number
}

/** What is common to all items of one request, as the edge saw it. */
export interface Envelope {
  readonly source: string
  readonly receivedAt: number
  readonly sentAt?: string | undefined
  readonly context?: JsonObject | undefined
  readonly integrations?: JsonObject | undefined
  readonly ip?: string | undefined
  readonly userAgent?: string | undefined
  readonly gpc?: boolean | undefined
}

/** One item as sent, with the messageId the edge made when the client sent none. */
export interface EnvelopeItem {
  readonly messageId?: string | undefined
  readonly body: JsonValue
}

/** Known top-level fields; everything else is kept in `extra`. */
const FIELDS: ReadonlySet<string> = new Set(
  (
    'type messageId event name category userId anonymousId previousId groupId traits properties context integrations ' +
    'timestamp originalTimestamp'
  ).split(' '),
)

/** Fields of the transport: no part of what happened, and no difference between two copies of one event. */
export const TRANSPORT_FIELDS: ReadonlySet<string> = new Set([
  'sentAt',
  'writeKey',
  '_metadata',
  'receivedAt',
  'rudderId',
  'request_ip',
])

export function normalize(message: Envelope, item: EnvelopeItem, type: EventType, settings: TimeSettings): Event {
  const body = cleanJson(item.body as JsonObject)
  const context = mergedContext(message, body)
  const { timestamp, clock } = decideTime(
    {
      originalTimestamp: own(body, 'originalTimestamp'),
      timestamp: own(body, 'timestamp'),
      sentAt: own(body, 'sentAt') ?? message.sentAt,
      library: libraryName(context),
    },
    message.receivedAt,
  )
  const flags: EventFlag[] = []
  if (clock) flags.push('clock')
  if (isLate(timestamp, message.receivedAt, settings.windowMs, settings.graceMs)) flags.push('late')

  return {
    source: message.source,
    messageId: idText(own(body, 'messageId')) ?? (item.messageId as string),
    type,
    ...optional('name', text(own(body, type === 'track' ? 'event' : 'name'))),
    ...optional('category', text(own(body, 'category'))),
    ...optional('userId', idText(own(body, 'userId'))),
    ...optional('anonymousId', idText(own(body, 'anonymousId'))),
    ...optional('previousId', idText(own(body, 'previousId'))),
    ...optional('groupId', idText(own(body, 'groupId'))),
    ...optional('traits', traitsOf(type, body, context)),
    ...optional('properties', propertiesOf(type, body)),
    context,
    ...optional('integrations', mergedUnder(message.integrations, own(body, 'integrations'))),
    ...optional('extra', extraOf(body)),
    timestamp,
    receivedAt: message.receivedAt,
    ...optional('originalTimestamp', text(own(body, 'originalTimestamp') ?? own(body, 'timestamp'))),
    ...optional('sentAt', text(own(body, 'sentAt') ?? message.sentAt)),
    flags,
  }
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function objectOr(value: JsonValue | undefined): JsonObject | undefined {
  return isObject(value) ? value : undefined
}

/** Batch-level objects lie under each event's own. */
function mergedUnder(base: JsonObject | undefined, value: JsonValue | undefined): JsonObject | undefined {
  const mine = objectOr(value)
  if (!base) return mine
  return mine ? { ...cleanJson(base), ...mine } : cleanJson(base)
}

function mergedContext(message: Envelope, body: JsonObject): JsonObject {
  const context = mergedUnder(message.context, own(body, 'context')) ?? {}
  const filled: { [key: string]: JsonValue } = {}
  // The connection speaks for a person only when the sender is a client, not a customer's server.
  if (message.ip !== undefined && own(context, 'ip') === undefined && isClientSide(context, body))
    filled['ip'] = message.ip
  if (message.userAgent !== undefined && own(context, 'userAgent') === undefined && isClientSide(context, body)) {
    filled['userAgent'] = cleanText(message.userAgent)
  }
  if (message.gpc === true && isClientSide(context, body)) {
    filled['consent'] = { ...objectOr(own(context, 'consent')), gpc: true }
  }
  return Object.keys(filled).length > 0 ? { ...context, ...filled } : context
}

/** The names that SDKs for browsers and phones give themselves in `context.library.name`. */
const CLIENT_LIBRARIES =
  /^(?:(?:@segment\/)?analytics-(?:next|browser|ios|android|kotlin|swift|react-native|flutter)|analytics\.js|rudderlabs javascript|com\.rudderstack\.(?:sdk\.)?(?:android|ios|kotlin|swift)|rudder-(?:ios|android|kotlin|swift|flutter|react-native|sdk-react-native)|@jitsu\/js|jitsu-js)/i

/** Whether the sender is the device of a person, and not a server. */
export function isClientSide(context: JsonObject, body: JsonObject): boolean {
  if (own(context, 'direct') === true) return true
  const channel = own(body, 'channel') ?? own(context, 'channel')
  if (channel === 'web' || channel === 'mobile') return true
  if (channel === 'server' || isJitsuOnServer(context)) return false
  const library = libraryName(context)
  return library !== undefined && CLIENT_LIBRARIES.test(library)
}

/** Jitsu has one package for both, and says where it runs. */
function isJitsuOnServer(context: JsonObject): boolean {
  const library = own(context, 'library')
  return isObject(library) && own(library, 'env') === 'node'
}

function libraryName(context: JsonObject): string | undefined {
  const library = own(context, 'library')
  return isObject(library) ? text(own(library, 'name')) : undefined
}

/**
 * RudderStack's browser SDK puts the traits of an identify into the context only; its Node SDK into both. A person's
 * `name` follows from the first and last name where the call has none.
 */
function traitsOf(type: EventType, body: JsonObject, context: JsonObject): JsonObject | undefined {
  const top = objectOr(own(body, 'traits'))
  if (type === 'group') return top ?? {}
  if (type !== 'identify') return undefined
  const inContext = objectOr(own(context, 'traits'))
  return named(inContext ? { ...inContext, ...top } : (top ?? {}))
}

function named(traits: JsonObject): JsonObject {
  if (own(traits, 'name') !== undefined) return traits // null too: that deletes it
  const [first, last] = [text(own(traits, 'firstName')), text(own(traits, 'lastName'))]
  return first === undefined || last === undefined ? traits : { ...traits, name: `${first} ${last}` }
}

function propertiesOf(type: EventType, body: JsonObject): JsonObject | undefined {
  const properties = objectOr(own(body, 'properties'))
  return type === 'track' || type === 'page' || type === 'screen' ? (properties ?? {}) : properties
}

function extraOf(body: JsonObject): JsonObject | undefined {
  let extra: { [key: string]: JsonValue } | undefined
  for (const key of Object.keys(body)) {
    if (FIELDS.has(key) || TRANSPORT_FIELDS.has(key)) continue
    extra ??= {}
    extra[key] = body[key] as JsonValue
  }
  return extra
}
