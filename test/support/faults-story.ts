import type { JsonObject, JsonValue } from '../../shared/kernel/json.ts'
import type { IngestMessage } from '../../shared/message/ingest-message.ts'
import { pick } from './random.ts'
import { aMessage, type TestWorkspace } from './workspace.ts'

/**
 * Traffic of a few people, and what must come of it in whatever order and however often it is delivered: a naive model that
 * counts each message once, for the person it names. Everybody has a user id and two devices, which some message joins.
 */
export interface Story {
  readonly messages: readonly IngestMessage[]
  readonly people: readonly ExpectedPerson[]
  /** Copies that were accepted: each has one outcome in the end. */
  readonly copies: ReadonlySet<string>
  /** Of all copies, by outcome; reasons behind a colon. */
  readonly outcomes: Readonly<Record<string, number>>
  /** messageIds that take effect. */
  readonly applied: ReadonlySet<string>
}

export interface ExpectedPerson {
  readonly userId: string
  readonly counts: Record<string, number>
  readonly traits: Record<string, JsonValue>
  readonly identifiers: readonly string[]
  readonly messageIds: Set<string>
}

interface Written {
  at: number
  id: string
  value: JsonValue
}

/** Planned by the workspace: an Order without value is refused, a Ticket without number is put aside. */
export const PLAN = {
  name: 'Shop',
  mode: 'enforce',
  unplanned: 'allow',
  events: [
    { name: 'Order', version: 1, schema: needs('value'), onViolation: 'block' },
    { name: 'Ticket', version: 1, schema: needs('number'), onViolation: 'quarantine' },
  ],
}

function needs(property: string): JsonObject {
  return { type: 'object', required: [property], properties: { [property]: { type: 'number' } } }
}

export const SEGMENTS = {
  pro: { type: 'trait', path: 'plan', op: 'eq', value: 'pro' },
  buyers: { type: 'event', name: 'Order', count: { op: 'gte', value: 3 } },
}

const DAY = 86_400_000

export function aStory(ws: TestWorkspace, random: () => number, { people: most = 5, items: many = 45 } = {}): Story {
  const now = Date.now()
  const people = Array.from({ length: most }, (_, i) => aPerson(`u${i}`))
  const writes = new Map<string, Written>()
  const applied = new Set<string>()
  const outcomes: Record<string, number> = {}
  const items: { body: JsonObject; outcome: string; origin: 'live' | 'import' }[] = []
  const add = (body: JsonObject, outcome: string, origin: 'live' | 'import' = 'live') => {
    items.push({ body, outcome, origin })
  }
  let serial = 0
  for (let i = 0; i < many; i++) {
    const person = pick(random, people)
    const messageId = `m${serial++}`
    const ago = random() < 0.2 ? Math.floor(random() * DAY) : Math.floor(random() * 20_000)
    const at = { messageId, timestamp: new Date(now - ago).toISOString() }
    const device = pick(random, person.devices)
    const who = pick<JsonObject>(random, [
      { userId: person.userId },
      { anonymousId: device },
      { userId: person.userId, anonymousId: device },
    ])
    const origin = random() < 0.15 ? 'import' : 'live'
    const kind = pick(random, ['order', 'order', 'click', 'page', 'identify', 'alias', 'consent', 'bad'] as const)
    if (kind === 'bad') {
      const [body, outcome] = pick(random, badItems(person, at))
      add(body, outcome, origin)
      continue
    }
    const body = { ...at, ...who, ...bodyOf(kind, person.userId, device, random) }
    add(body, 'applied', origin)
    take(person, body, now - ago)
    // The same message again, as it was or with another body: counted once.
    if (random() < 0.2) add(body, 'duplicate')
    if (random() < 0.1 && kind === 'order') add({ ...body, properties: { value: 999 } }, 'duplicate', origin)
  }
  for (const person of people) {
    for (const device of person.devices) {
      const body = {
        type: 'identify',
        messageId: `m${serial++}`,
        userId: person.userId,
        anonymousId: device,
        traits: {},
      }
      add(body, 'applied')
      take(person, body, now)
    }
  }
  for (const { outcome } of items) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  const messages = inRequests(ws, items, random, now)
  const copies = new Set(messages.flatMap(({ requestId, items }) => items.map(({ i }) => `${requestId}.${i}`)))
  return { messages, people: people.map(({ devices: _, ...person }) => person), copies, outcomes, applied }

  function take(person: ExpectedPerson, body: JsonObject, at: number): void {
    const id = String(body['messageId'])
    applied.add(id)
    person.messageIds.add(id)
    const name = body['type'] === 'page' ? '$page' : body['type'] === 'track' ? String(body['event']) : undefined
    if (name !== undefined) person.counts[name] = (person.counts[name] ?? 0) + 1
    if (body['type'] !== 'identify') return
    for (const [trait, value] of Object.entries((body['traits'] ?? {}) as JsonObject)) {
      const key = `${person.userId}/${trait}`
      const before = writes.get(key)
      if (before && (before.at > at || (before.at === at && before.id > id))) continue
      writes.set(key, { at, id, value })
      person.traits[trait] = value
    }
  }
}

function aPerson(userId: string): ExpectedPerson & { readonly devices: readonly string[] } {
  const devices = [`${userId}-phone`, `${userId}-web`]
  const identifiers = [`user_id:${userId}`, ...devices.map((device) => `anonymous_id:${device}`)]
  return { userId, devices, identifiers, counts: {}, traits: {}, messageIds: new Set() }
}

function bodyOf(kind: string, userId: string, device: string, random: () => number): JsonObject {
  switch (kind) {
    case 'order':
      return { type: 'track', event: 'Order', properties: { value: Math.floor(random() * 100) } }
    case 'click':
      return { type: 'track', event: 'Click' }
    case 'page':
      return { type: 'page', name: 'Home' }
    case 'identify':
      return { type: 'identify', traits: { plan: pick(random, ['pro', 'free']), city: pick(random, ['A', 'B', 'C']) } }
    case 'alias':
      return { type: 'alias', userId, previousId: device }
    default:
      return {
        type: 'track',
        event: 'Consent Updated',
        properties: { consents: { email: pick(random, ['granted', 'denied']) } },
      }
  }
}

function badItems({ userId }: ExpectedPerson, at: JsonObject): readonly (readonly [JsonObject, string])[] {
  return [
    [{ ...at, userId, type: 'track' }, 'rejected:missing_name'],
    [{ ...at, userId: 'null', type: 'track', event: 'Click' }, 'dropped:no_usable_identifier'],
    [{ ...at, userId, type: 'track', event: 'Order', properties: {} }, 'rejected:plan:missing'],
    [{ ...at, userId, type: 'track', event: 'Ticket', properties: { number: 'x' } }, 'dead_letter:plan'],
  ]
}

/** Shuffled, and cut into requests of one to five items of one origin. */
function inRequests(
  ws: TestWorkspace,
  items: readonly { readonly body: JsonObject; readonly origin: 'live' | 'import' }[],
  random: () => number,
  receivedAt: number,
): readonly IngestMessage[] {
  const shuffled = items.map((item) => ({ item, place: random() })).sort((a, b) => a.place - b.place)
  const messages: IngestMessage[] = []
  // Names of requests are the edge's, and no two are the same: an object of the archive is named after its copies.
  const story = crypto.randomUUID()
  for (const origin of ['live', 'import'] as const) {
    const bodies = shuffled.filter(({ item }) => item.origin === origin).map(({ item }) => item.body)
    for (let i = 0, size = 0; i < bodies.length; i += size) {
      size = 1 + Math.floor(random() * 5)
      messages.push(
        aMessage(ws, bodies.slice(i, i + size), { origin, receivedAt, requestId: `${story}-${origin}-${i}` }),
      )
    }
  }
  return messages
}
