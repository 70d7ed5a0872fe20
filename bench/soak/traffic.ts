import { pick, seeded } from '../../test/support/random.ts'

/**
 * Seeded traffic as SDKs make it: people on two devices each, first unknown and then known, so that every one of them is
 * merged; copies sent twice, late ones, and some that are no messages. What must come of it is counted beside, by hand
 * and not by our code.
 */
export interface Soak {
  readonly seed: number
  readonly events: number
  readonly people: number
}

export interface SoakRequest {
  readonly items: readonly SoakItem[]
  /** The answer is lost on the way: the client sends all of it once more. */
  readonly twice: boolean
}

export type SoakItem = Readonly<Record<string, unknown>>

/** What a person's profile must have counted, by event name. */
export type Expected = ReadonlyMap<number, Map<string, number>>

const NAMES = ['Viewed', 'Added', 'Removed', 'Searched', 'Shared', 'Rated', 'Order Completed', 'Support Asked']
const PLANS = ['free', 'pro', 'team']
const LATE_MS = 15 * 60_000
const MOST_IN_REQUEST = 100
/** How many of the last messages may come once more. */
const REMEMBERED = 2_000

export const userOf = (person: number) => `soak-user-${person}`
export const deviceOf = (person: number, device: number) => `soak-device-${person}-${device}`

interface Device {
  used: boolean
  known: boolean
}

/** Yields requests until their items are as many as asked for; `expected` and `totals` are filled meanwhile. */
export function soakTraffic({ seed, events, people }: Soak, now: () => number) {
  const random = seeded(seed)
  const devices = Array.from({ length: people }, (): readonly [Device, Device] => [
    { used: false, known: false },
    { used: false, known: false },
  ])
  const expected = new Map<number, Map<string, number>>()
  const totals = { valid: 0, invalid: 0, again: 0 }
  const recent: SoakItem[] = []
  let serial = 0

  const count = (person: number, name: string | undefined) => {
    const mine = expected.get(person) ?? new Map<string, number>()
    expected.set(person, mine)
    if (name !== undefined) mine.set(name, (mine.get(name) ?? 0) + 1)
  }

  const identify = (person: number, at: number): SoakItem => {
    const both = devices[person] as readonly [Device, Device]
    both[at === 0 ? 0 : 1].used = true
    both[at === 0 ? 0 : 1].known = true
    const traits = { plan: pick(random, PLANS), email: `${userOf(person)}@example.com` }
    count(person, undefined)
    return sent({ type: 'identify', userId: userOf(person), anonymousId: deviceOf(person, at), traits })
  }

  const sent = (fields: Record<string, unknown>, ageMs = 0): SoakItem => {
    serial += 1
    totals.valid += 1
    const item = { messageId: `soak-${seed}-${serial}`, timestamp: new Date(now() - ageMs).toISOString(), ...fields }
    recent[serial % REMEMBERED] = item
    return item
  }

  const next = (): SoakItem => {
    const [person, at] = [Math.floor(random() * people), random() < 0.7 ? 0 : 1] as const
    const device = (devices[person] as readonly [Device, Device])[at === 0 ? 0 : 1]
    const chance = random()
    if (chance < 0.02) {
      totals.invalid += 1
      serial += 1
      return { type: 'track', messageId: `soak-${seed}-${serial}`, anonymousId: deviceOf(person, at) }
    }
    if (chance < 0.05 && recent.length > 0) {
      const again = pick(random, recent.filter(Boolean).slice(-50))
      totals.again += 1
      return again
    }
    if (chance < 0.12) return identify(person, at)
    device.used = true
    const who = { anonymousId: deviceOf(person, at), ...(device.known ? { userId: userOf(person) } : {}) }
    if (chance < 0.16) {
      count(person, '$page')
      return sent({ type: 'page', name: 'Home', ...who })
    }
    const event = pick(random, NAMES)
    count(person, event)
    const properties = { total: Math.round(random() * 10_000) / 100, sku: `S-${Math.floor(random() * 40)}` }
    return sent({ type: 'track', event, properties, ...who }, chance < 0.19 ? LATE_MS : 0)
  }

  function* requests(): Generator<SoakRequest> {
    let left = events
    while (left > 0) {
      const size = Math.min(left, random() < 0.2 ? 1 : 1 + Math.floor(random() * MOST_IN_REQUEST))
      left -= size
      yield { items: Array.from({ length: size }, next), twice: random() < 0.01 }
    }
    // Whoever is still unknown on a device signs in at last, so that who is one person is known to us as well.
    const strangers = devices.flatMap((both, person) =>
      both.flatMap(({ used, known }, at) => (used && !known ? [[person, at] as const] : [])),
    )
    for (let i = 0; i < strangers.length; i += MOST_IN_REQUEST)
      yield { items: strangers.slice(i, i + MOST_IN_REQUEST).map(([person, at]) => identify(person, at)), twice: false }
  }

  return {
    requests: requests(),
    expected: expected as Expected,
    totals,
    devicesOf: (person: number) => devices[person],
  }
}
