import type { IngestRequest } from './client.ts'
import { type Random, seededRandom } from './random.ts'
import { type Message, Visitor } from './shop-messages.ts'
import { type Person, shopPeople } from './shop-people.ts'

/**
 * The traffic of the demo shop as a list of requests, in the order in which they are sent. Pure: the same seed, number
 * of people and base time give the same messages, so a second run sends nothing that is new.
 */
export interface ShopPlan {
  readonly requests: readonly IngestRequest[]
  /** Messages in all requests. */
  readonly messages: number
  readonly people: readonly Person[]
}

const SECOND = 1_000
const HOUR = 3_600_000

/** The first message of the first person says so much before the base time; a later run finds the base by it. */
export const FIRST_SEEN_BEFORE_BASE = 5 * HOUR

/** @param base when the live part of the traffic ends, epoch milliseconds */
export function planShop(seed: number, count: number, base: number): ShopPlan {
  const people = shopPeople(seed, count)
  const random = seededRandom(seed + 1)
  const live = people.flatMap((person) => requestsOf(seed, person, random, base))
  const requests = [...live, invalidRequest(seed, base), namelessRequest(seed, base)]
  return { requests, people, messages: requests.reduce((total, { items }) => total + items, 0) }
}

function requestsOf(seed: number, person: Person, random: Random, base: number): readonly IngestRequest[] {
  const { userId, traits, deviceId } = person
  const start = base - random.between(45, 90) * SECOND
  const onWeb = { anonymousId: person.web }
  const phone = { device: { id: deviceId, type: 'ios' } }
  const visitor = new Visitor(seed, person, random, { who: onWeb, from: start })

  switch (person.behaviour) {
    case 'two_devices': {
      const known = crmRequest(seed, person, base - FIRST_SEEN_BEFORE_BASE + person.number)
      visitor.browses(random.between(2, 4))
      visitor.comes({ who: { userId, anonymousId: person.web }, from: start + 15 * SECOND })
      visitor.add('identify', { traits })
      const laptop = visitor.take()
      visitor.comes({ who: { anonymousId: person.phone }, context: phone, from: start + 20 * SECOND })
      visitor.browses(2)
      visitor.comes({ who: { userId, anonymousId: person.phone }, context: phone, from: start + 32 * SECOND })
      visitor.add('identify', { traits })
      visitor.orders()
      return [known, batch(laptop), batch(visitor.take())]
    }
    case 'converts': {
      visitor.browses(random.between(3, 6))
      const before = visitor.take()
      visitor.comes({ who: { userId, anonymousId: person.web }, from: start + 25 * SECOND })
      visitor.add('identify', { traits })
      const identify = visitor.take()
      visitor.orders()
      // A batch that timed out on the way back: the SDK sends it once more, and nothing is counted twice.
      const repeated = person.number === 1 || random.next() < 0.2
      return [batch(before), ...identify.map(single), batch(visitor.take()), ...(repeated ? [batch(before)] : [])]
    }
    case 'late_phone': {
      visitor.comes({ who: { userId, anonymousId: person.phone }, context: phone, from: base - 3 * HOUR })
      visitor.add('identify', { traits })
      visitor.browses(4)
      const kept = visitor.take()
      visitor.comes({ who: { userId, anonymousId: person.phone }, context: phone, from: start })
      visitor.add('track', { event: 'Application Opened', properties: {} })
      return [batch(visitor.take()), batch(kept)]
    }
    case 'regular': {
      visitor.comes({ who: { userId, anonymousId: person.web }, from: start })
      visitor.add('identify', { traits })
      visitor.browses(random.between(1, 3))
      if (random.next() < 0.5) visitor.orders()
      return [batch(visitor.take())]
    }
    case 'anonymous': {
      visitor.browses(random.between(1, 4))
      return visitor.take().map(single)
    }
    case 'wrong_clock': {
      visitor.comes({ who: { userId, anonymousId: person.web }, from: start + HOUR })
      visitor.add('identify', { traits })
      visitor.browses(2)
      return [batch(visitor.take(), HOUR)]
    }
  }
}

/** @param clockMs how fast the sender's clock is; both ends of the correction have the same error */
function batch(messages: readonly Message[], clockMs = 0): IngestRequest {
  const context = { library: { name: '@segment/analytics-next', version: '1.84.3' } }
  return {
    path: '/v1/batch',
    items: messages.length,
    body: (now) => ({ batch: messages, context, sentAt: new Date(now + clockMs).toISOString() }),
  }
}

/** One call per request, the way plain HTTP users send; the path names the type. */
function single(message: Message): IngestRequest {
  return {
    path: `/v1/${message.type}`,
    items: 1,
    body: (now) => ({ ...message, sentAt: new Date(now).toISOString() }),
  }
}

function crmRequest(seed: number, person: Person, at: number): IngestRequest {
  const { email, ...traits } = person.traits
  return {
    path: '/cdp/ingest',
    items: 1,
    body: () => ({
      eventId: `demo-${seed}-crm-${person.number + 1}`,
      ts: new Date(at).toISOString(),
      payload: { type: 'IDENTIFY', userId: person.userId, email, traits },
    }),
  }
}

/** What real traffic also holds: each is rejected by itself, with a reason, and the rest of its batch is kept. */
function invalidRequest(seed: number, base: number): IngestRequest {
  const common = (n: number) => ({ messageId: `demo-${seed}-bad-${n}`, timestamp: new Date(base).toISOString() })
  return batch([
    { ...common(1), type: 'track', userId: `cust_${seed}_1`, properties: {} },
    { ...common(2), type: 'track', event: 'Product Viewed', userId: null, anonymousId: '' },
    { ...common(3), type: 'telegram', userId: `cust_${seed}_1` },
    { ...common(4), type: 'track', event: 'Product Viewed', userId: `cust_${seed}_1`, properties: 'sku=1' },
    { ...common(5), type: 'track', event: 'Product Viewed', userId: 'x'.repeat(300) },
  ])
}

/** Valid, but from nobody: placeholders that a template forgot to fill. */
function namelessRequest(seed: number, base: number): IngestRequest {
  const common = (n: number) => ({ messageId: `demo-${seed}-nobody-${n}`, timestamp: new Date(base).toISOString() })
  return batch([
    { ...common(1), type: 'track', event: 'Newsletter Opened', userId: 'undefined' },
    {
      ...common(2),
      type: 'track',
      event: 'Newsletter Opened',
      userId: 'null',
      anonymousId: '00000000-0000-0000-0000-000000000000',
    },
  ])
}
