/** A few people with a little history, to look around before there are real ones. Their ids say what they are. */
const DAY_MS = 86_400_000

const PEOPLE = [
  { id: 'sample-ada', name: 'Ada Byron', plan: 'pro', city: 'London', orders: 4 },
  { id: 'sample-alan', name: 'Alan Mathison', plan: 'free', city: 'Manchester', orders: 1 },
  { id: 'sample-grace', name: 'Grace Murray', plan: 'pro', city: 'New York', orders: 6 },
  { id: 'sample-hedy', name: 'Hedy Kiesler', plan: 'free', city: 'Vienna', orders: 0 },
  { id: 'sample-konrad', name: 'Konrad Zuse', plan: 'trial', city: 'Berlin', orders: 2 },
  { id: 'sample-margaret', name: 'Margaret Heafield', plan: 'pro', city: 'Boston', orders: 3 },
] as const

/** What every one of them is found by. */
export const SAMPLE_PREFIX = 'sample'
export const SAMPLE_SOURCE = 'Sample data'
export const SAMPLE_IDS: readonly string[] = PEOPLE.map(({ id }) => id)

/** What each did: looked around anonymously, signed up, ordered. `now` in epoch milliseconds. */
export function sampleEvents(now: number): readonly object[] {
  return PEOPLE.flatMap(({ id, name, plan, city, orders }, i) => {
    const anonymousId = `${id}-browser`
    const at = (day: number) => new Date(now - day * DAY_MS - i * 3_600_000).toISOString()
    const email = `${id}@example.com`
    return [
      { type: 'page', anonymousId, name: 'Home', timestamp: at(20), properties: { path: '/' } },
      { type: 'track', anonymousId, event: 'Product Viewed', timestamp: at(19), properties: { product: 'Tea pot' } },
      {
        type: 'identify',
        userId: id,
        anonymousId,
        timestamp: at(18),
        traits: { name, email, plan, address: { city } },
      },
      ...Array.from({ length: orders }, (_, n) => ({
        type: 'track',
        userId: id,
        event: 'Order Completed',
        timestamp: at(16 - n * 2.5),
        properties: { orderId: `${id}-${n + 1}`, total: 12.5 + n * 7 + i, currency: 'EUR' },
      })),
    ]
  })
}
