import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  afterFailure,
  afterSuccess,
  type Breaker,
  breakerState,
  CLOSED,
  isGivenUp,
  retryDelay,
  TRIED_MS,
} from './breaker.ts'
import { type LaneView, planLane, type Waiting } from './lane.ts'

const view = (more: Partial<LaneView> = {}): LaneView => ({
  now: 1_000,
  breaker: CLOSED,
  pausedUntil: 0,
  busy: new Set(),
  underWay: 0,
  most: 6,
  allowed: Number.POSITIVE_INFINITY,
  allowedAt: 0,
  perRequest: 1,
  ...more,
})

interface Script {
  readonly items: readonly string[]
  /** Of each call in turn: how long it takes, and whether it works. */
  readonly calls: readonly { readonly ms: number; readonly works: boolean }[]
  readonly perRequest: number
}

const script: fc.Arbitrary<Script> = fc.record({
  items: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 30 }),
  calls: fc.array(fc.record({ ms: fc.integer({ min: 1, max: 12_000 }), works: fc.boolean() }), {
    minLength: 1,
    maxLength: 60,
  }),
  perRequest: fc.constantFrom(1, 3, 10),
})

interface Run {
  /** Profiles and places of what was delivered, in the order of the answers. */
  readonly delivered: readonly Waiting[]
  readonly starts: readonly {
    readonly at: number
    readonly items: readonly Waiting[]
    readonly breaker: Breaker
    readonly underWay: number
  }[]
}

/** Plays a lane against a peer that does what the script says, and works once that is over. */
function run({ items, calls, perRequest }: Script): Run {
  const waiting = new Map(
    items.map((profile, i): [number, Waiting] => [i, { seq: i, key: `k${i}`, profile, dueAt: 0, attempts: 0 }]),
  )
  const delivered: Waiting[] = []
  const starts: Run['starts'][number][] = []
  let flying: { readonly until: number; readonly items: readonly Waiting[]; readonly works: boolean }[] = []
  let [now, breaker, call] = [0, CLOSED, 0]
  for (let steps = 0; waiting.size > 0; steps++) {
    if (steps > 5_000) throw new Error('the lane does not come to an end')
    const busy = new Set(flying.flatMap(({ items }) => items.map(({ profile }) => profile)))
    const plan = planLane([...waiting.values()], view({ now, breaker, busy, underWay: flying.length, perRequest }))
    for (const group of plan.send) {
      starts.push({ at: now, items: group, breaker, underWay: flying.length })
      const { ms, works } = calls[call++] ?? { ms: 5, works: true }
      flying.push({ until: now + ms, items: group, works })
    }
    const next = Math.min(plan.wakeAt ?? Number.POSITIVE_INFINITY, ...flying.map(({ until }) => until))
    if (next === Number.POSITIVE_INFINITY) throw new Error(`nothing will ever happen to ${waiting.size} items`)
    now = Math.max(now, next)
    for (const { items, works } of flying.filter(({ until }) => until <= now)) {
      breaker = works ? afterSuccess() : afterFailure(breaker, now)
      for (const item of items) {
        if (works) {
          waiting.delete(item.seq)
          delivered.push(item)
        } else {
          const attempts = item.attempts + 1
          waiting.set(item.seq, { ...item, attempts, dueAt: now + retryDelay(attempts, 0.5) })
        }
      }
    }
    flying = flying.filter(({ until }) => until > now)
  }
  return { delivered, starts }
}

describe('a lane', () => {
  test('delivers everything once, each person in order, whatever fails and however long it takes', () => {
    fc.assert(
      fc.property(script, (script) => {
        const { delivered } = run(script)
        expect(delivered.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(script.items.map((_, i) => i))
        for (const profile of new Set(script.items)) {
          const places = delivered.filter((item) => item.profile === profile).map(({ seq }) => seq)
          expect(places).toEqual([...places].sort((a, b) => a - b))
        }
      }),
    )
  })

  test('never has two of one person under way, sends no item before its time, and nothing while it is open', () => {
    fc.assert(
      fc.property(script, (script) => {
        for (const { at, items, breaker, underWay } of run(script).starts) {
          expect(items.length).toBeLessThanOrEqual(script.perRequest)
          expect(underWay).toBeLessThan(6)
          const state = breakerState(breaker, at)
          expect(state).not.toBe('open')
          // A probe goes alone, whatever its own time is.
          if (state === 'half_open') expect([items.length, underWay]).toEqual([1, 0])
          else expect(items[0]?.dueAt).toBeLessThanOrEqual(at)
        }
      }),
    )
  })

  test('one person who fails keeps nobody else waiting', () => {
    const stuck: Waiting = { seq: 1, key: 'k1', profile: 'a', dueAt: 9_000, attempts: 3 }
    const behind: Waiting = { seq: 2, key: 'k2', profile: 'a', dueAt: 0, attempts: 0 }
    const other: Waiting = { seq: 3, key: 'k3', profile: 'b', dueAt: 0, attempts: 0 }
    expect(planLane([stuck, behind, other], view())).toEqual({ send: [[other]], wakeAt: 9_000 })
  })

  test('the probe is the item that failed least: the one that is the trouble does not keep it closed', () => {
    const trouble: Waiting = { seq: 1, key: 'k1', profile: 'a', dueAt: 0, attempts: 9 }
    const fresh: Waiting = { seq: 2, key: 'k2', profile: 'b', dueAt: 0, attempts: 0 }
    const breaker = { failures: 5, probeAt: 500, waitMs: 10_000 }
    expect(planLane([trouble, fresh], view({ breaker })).send).toEqual([[fresh]])
    expect(planLane([trouble, fresh], view({ breaker, underWay: 1 })).send).toEqual([])
  })

  test('a rate limit lets so many through and says when the next may go', () => {
    const all = ['a', 'b', 'c'].map((profile, seq): Waiting => ({ seq, key: profile, profile, dueAt: 0, attempts: 0 }))
    const plan = planLane(all, view({ allowed: 1.5, allowedAt: 1_250 }))
    expect([plan.send.length, plan.wakeAt]).toEqual([1, 1_250])
  })
})

describe('the breaker', () => {
  test('opens at five failures in a row; probes after 10 s, 20, 40, 60, 60', () => {
    let breaker = CLOSED
    for (let i = 0; i < 4; i++) breaker = afterFailure(breaker, 0)
    expect(breakerState(breaker, 0)).toBe('closed')
    const waits: number[] = []
    let now = 0
    for (let i = 0; i < 5; i++) {
      breaker = afterFailure(breaker, now)
      waits.push((breaker.probeAt ?? 0) - now)
      now = breaker.probeAt ?? 0
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000])
    expect(afterSuccess()).toBe(CLOSED)
  })

  test('attempts that were under way when it opened do not put the probe off', () => {
    let breaker = CLOSED
    for (let i = 0; i < 8; i++) breaker = afterFailure(breaker, i)
    expect(breaker.probeAt).toBe(4 + 10_000)
  })
})

describe('tries', () => {
  test('come after 1 s, then doubling with jitter up to 5 minutes, and never sooner than the peer said', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.nat(600_000),
        (n, chance, after) => {
          const full = Math.min(300_000, 1_000 * 2 ** (n - 1))
          const delay = retryDelay(n, chance)
          expect(delay).toBeLessThanOrEqual(full)
          expect(delay).toBeGreaterThanOrEqual(n === 1 ? 1_000 : full / 2)
          expect(retryDelay(n, chance, after)).toBeGreaterThanOrEqual(after)
        },
      ),
    )
  })

  test('go on for at least four hours from the first failure, and a day at a peer that is down', () => {
    expect(TRIED_MS).toBeGreaterThanOrEqual(4 * 3_600_000)
    expect(isGivenUp(0, 0, 4 * 3_600_000)).toBe(false)
    expect(isGivenUp(0, 0, TRIED_MS)).toBe(true)
    expect(isGivenUp(null, 0, 23 * 3_600_000)).toBe(false)
  })
})
