import { describe, expect, test } from 'vitest'
import { anEvent } from '../../test/support/builders.ts'
import { MemoryGraph } from '../../test/support/memory-graph.ts'
import { pick, seeded } from '../../test/support/random.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { type ApplyItem, admission, applyItems } from '../profile/apply.ts'
import { totalOf } from '../profile/counters.ts'
import { Definitions } from '../profile/definitions.ts'
import { MemoryTimeline } from '../profile/memory-timeline.ts'
import { beginMerge, handOverPage, stagePage, tombstoneOf } from '../profile/merge.ts'
import { PROFILE_LIMITS } from '../profile/profile-limits.ts'
import { decodeState, emptyState, encodeState, type ProfileState } from '../profile/state.ts'
import type { Identifier } from './identifier.ts'
import { IdentitySettings } from './identity-settings.ts'
import { carryOutMerge, type MergePort, runnable } from './operations.ts'
import { type ResolveAnswer, resolve } from './resolve.ts'

/**
 * The whole identity protocol with the real decision functions, under interleavings, crashes, redelivery and stale
 * caches. Only the transport is simulated: every call between a consumer, the graph and a profile is a point where any
 * other task may run first, or where the caller dies and starts again.
 */
type Scenario = {
  readonly limit: boolean
  readonly crashes: number
  /** After how many anchors a value is shared; by default never. */
  readonly shared?: number
  readonly ignoreRedirect?: boolean
}

class Crash extends Error {}

/** Runs tasks one step at a time in a seeded order. */
class Scheduler {
  readonly #parked: (() => void)[] = []
  #idle: (() => void) | undefined
  readonly #random: () => number
  running = 0

  constructor(random: () => number) {
    this.#random = random
  }

  /** Where other tasks may go first. */
  async turn(): Promise<void> {
    await new Promise<void>((resume) => {
      this.#parked.push(resume)
      this.#idle?.()
    })
  }

  start(task: () => Promise<void>): void {
    this.running += 1
    void task().finally(() => {
      this.running -= 1
      this.#idle?.()
    })
  }

  /** Lets one parked task run until it parks again or ends. */
  async step(): Promise<boolean> {
    if (this.#parked.length === 0) return false
    const index = Math.floor(this.#random() * this.#parked.length)
    const [resume] = this.#parked.splice(index, 1)
    await new Promise<void>((idle) => {
      this.#idle = idle
      resume?.()
    })
    return true
  }
}

interface Simulated {
  state: ProfileState
  readonly timeline: MemoryTimeline
  readonly staged: Map<number, Map<number, string>>
}

async function simulate(seed: number, scenario: Scenario): Promise<string | null> {
  const random = seeded(seed)
  const scheduler = new Scheduler(random)
  const graph = new MemoryGraph()
  const profiles = new Map<CanonicalId, Simulated>()
  const settings = IdentitySettings.parse({
    sharedAfterAnchors: scenario.shared ?? 50,
    types: { u: { priority: 1, limit: scenario.limit ? 1 : 1_000 }, a: { priority: 2, limit: 1_000 } },
  })
  const definitions = new Definitions(1, [])
  let minted = 0
  const mint = () => `prf_${String(++minted).padStart(4, '0')}` as CanonicalId
  const crash = () => {
    if (random() < scenario.crashes) throw new Crash()
  }
  const at = (id: CanonicalId): Simulated => {
    let profile = profiles.get(id)
    if (!profile) {
      profile = { state: emptyState('w', id), timeline: new MemoryTimeline(), staged: new Map() }
      profiles.set(id, profile)
    }
    // What an eviction does to memory: everything comes from the row.
    profile.state = decodeState(encodeState(profile.state))
    return profile
  }
  const call = async <T>(work: () => T): Promise<T> => {
    await scheduler.turn()
    crash()
    const answer = work()
    await scheduler.turn()
    crash()
    return answer
  }

  const stagingOf = (profile: Simulated) => ({
    put: (op: number, index: number, page: string) => {
      const pages = profile.staged.get(op) ?? new Map<number, string>()
      profile.staged.set(op, pages.set(index, page))
    },
    all: (op: number) => [...(profile.staged.get(op) ?? [])].sort(([a], [b]) => a - b).map(([, page]) => page),
    clear: (op: number) => void profile.staged.delete(op),
  })
  const port: MergePort<string> = {
    prepare: (winner, op) => call(() => beginMerge(at(winner).state, op)),
    handOver: (loser, op, cursor) =>
      call(() => {
        const { state, timeline } = at(loser)
        return handOverPage(state, smallPages(timeline), op, cursor)
      }),
    stage: (winner, op, page, index, last) =>
      call(() => {
        const profile = at(winner)
        stagePage(profile.state, profile.timeline, stagingOf(profile), op, page, index, last, PROFILE_LIMITS)
      }),
    forget: (loser, op) =>
      call(() => {
        const profile = at(loser)
        const tombstone = tombstoneOf(profile.state, op)
        if (!tombstone) return
        profile.state = tombstone
        profiles.set(loser, { state: tombstone, timeline: new MemoryTimeline(), staged: new Map() })
      }),
  }

  type Sent = { readonly item: Omit<ApplyItem, 'leaf' | 'identifiers'>; readonly ids: readonly Identifier[] }
  const keys = ['u1', 'u2', 'u3', 'a1', 'a2', 'a3', 'a4', 'a5']
  const sent: Sent[] = []
  while (sent.length < 14) {
    const chosen = new Set(Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, keys)))
    const ids = [...chosen].sort((a, b) => Number(a[0] === 'a') - Number(b[0] === 'a') || (a < b ? -1 : 1))
    if (scenario.limit && ids.filter((id) => id.startsWith('u')).length > 1) continue
    const event = anEvent({ messageId: `m${sent.length}`, name: 'E' })
    sent.push({
      item: { copyId: `c${sent.length}`, origin: 'import', event },
      ids: ids.map((id) => ({ type: id[0] as string, value: id, match: id })),
    })
  }
  const cache = new Map<string, Extract<ResolveAnswer, { kind: 'resolved' }>>()
  const consume = async ({ item, ids }: Sent) => {
    const cacheKey = ids.map((id) => id.match).join()
    let useCache = random() < 0.7
    for (let hop = 0; hop < 300; hop++) {
      let answer = useCache ? cache.get(cacheKey) : undefined
      if (!answer) {
        const request = {
          ids: ids.map((id) => ({ key: id.match, type: id.type })),
          mayExceed: false,
          cause: { kind: 'message', messageId: item.event.messageId, at: 0 } as const,
        }
        const reply = await call(() => resolve(graph, settings, request, mint))
        if (reply.kind === 'busy') continue
        cache.set(cacheKey, reply)
        answer = reply
      }
      const { profile, leaf, epoch, held } = answer
      const taken = await call(() => {
        const { state, timeline } = at(profile)
        if (!scenario.ignoreRedirect && admission(state, epoch) !== 'ok') return false
        const identifiers = ids.filter((_, i) => held[i])
        const context = {
          now: item.event.receivedAt,
          settings: { windowMs: 0, profileRatePerMinute: 600 },
          definitions,
        }
        applyItems(state, timeline, [{ ...item, leaf, identifiers }], context)
        return true
      })
      if (taken) return
      useCache = false
      cache.delete(cacheKey)
    }
    throw new Error('livelock')
  }

  let fault: unknown
  const untilDone = async (work: () => Promise<void>) => {
    for (;;) {
      try {
        return await work()
      } catch (thrown) {
        if (!(thrown instanceof Crash)) {
          fault = thrown
          return
        }
      }
    }
  }
  const deliveries = sent.flatMap((message) => (random() < 0.4 ? [message, message] : [message]))
  let consuming = 0
  const driving = new Set<number>()
  for (let steps = 0; steps < 100_000; steps++) {
    while (consuming < 4 && deliveries.length > 0) {
      const message = deliveries.shift() as Sent
      consuming += 1
      scheduler.start(() => untilDone(() => consume(message)).finally(() => (consuming -= 1)))
    }
    for (const op of runnable(graph.open())) {
      if (driving.has(op.seq)) continue
      driving.add(op.seq)
      scheduler.start(async () => {
        await untilDone(() => carryOutMerge(op, port))
        graph.finish(op.seq)
      })
    }
    if (fault) return String(fault)
    if (!(await scheduler.step())) {
      if (scheduler.running === 0 && deliveries.length === 0 && graph.open().length === 0) break
      await Promise.resolve()
    }
  }
  if (scheduler.running > 0 || graph.open().length > 0) return 'did not end'
  return check()

  function check(): string | null {
    for (const { item, ids } of sent) {
      const key = `src_test\u0000${item.event.messageId}`
      const homes = [...profiles].filter(([, { timeline }]) => timeline.get(key))
      if (homes.length !== 1) return `an event on ${homes.length} profiles`
      const [home, profile] = homes[0] as [CanonicalId, Simulated]
      if (home !== graph.rootOf(graph.leafOf(ids[0]?.match as string) as CanonicalId))
        return 'an event on the wrong profile'
      if (profile.state.redirect !== null) return 'an event on a tombstone'
    }
    for (const [id, { state, timeline, staged }] of profiles) {
      const counted = Object.values(state.leaves).reduce((sum, leaf) => sum + totalOf(leaf.counters, 'E'), 0)
      if (counted !== timeline.size()) return `counted ${counted} of ${timeline.size()}`
      if (staged.size > 0 || state.merging.length > 0) return 'a merge left something behind'
      const users = Object.values(state.leaves).flatMap((leaf) =>
        Object.values(leaf.identifiers).filter((i) => i.type === 'u'),
      )
      if (scenario.limit && new Set(users.map((user) => user.value)).size > 1) return 'two users on one profile'
      if (state.redirect === null && !graph.profiles.has(id) && timeline.size() > 0)
        return 'a profile the graph does not know'
    }
    return scenario.limit ? null : checkPartition()
  }

  function checkPartition(): string | null {
    const parent = new Map<string, string>()
    const find = (x: string): string => (parent.get(x) === undefined ? x : find(parent.get(x) as string))
    for (const { ids } of sent) {
      for (const id of ids)
        if (find(id.match) !== find(ids[0]?.match as string)) parent.set(find(id.match), find(ids[0]?.match as string))
    }
    const seen = [...new Set(sent.flatMap(({ ids }) => ids.map((id) => id.match)))]
    const rootOf = (key: string) => graph.rootOf(graph.leafOf(key) as CanonicalId)
    const wrong = seen.some((a) => seen.some((b) => (find(a) === find(b)) !== (rootOf(a) === rootOf(b))))
    return wrong ? 'the partition is not the connected components' : null
  }
}

/** Hands over one event a page, so that a merge is interrupted between pages. */
function smallPages(timeline: MemoryTimeline): MemoryTimeline {
  const small = Object.create(timeline) as MemoryTimeline
  small.page = (cursor) => timeline.page(cursor, 1)
  small.size = () => timeline.size()
  small.prunedKeys = () => timeline.prunedKeys()
  return small
}

const SEEDS = 1_000

async function violations(scenario: Scenario): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (let seed = 1; seed <= SEEDS; seed++) {
    const violation = await simulate(seed, scenario)
    if (violation) found[violation] = (found[violation] ?? 0) + 1
  }
  return found
}

describe('the identity protocol under interleavings, crashes, redelivery and stale caches', () => {
  test('without limits no event is lost, doubled or misplaced, and the partition is the connected components', async () => {
    expect(await violations({ limit: false, crashes: 0.03 })).toEqual({})
  })

  test('with one user per profile the limit also holds', async () => {
    expect(await violations({ limit: true, crashes: 0.03 })).toEqual({})
  })

  test('with shared values set aside nothing is lost, doubled or misplaced either', async () => {
    expect(await violations({ limit: true, crashes: 0.03, shared: 1 })).toEqual({})
  })

  test('with a crash at every tenth step it still ends in the same place', async () => {
    expect(await violations({ limit: true, crashes: 0.1 })).toEqual({})
  })

  test('the simulation finds the fault when a tombstone takes events', async () => {
    expect(Object.keys(await violations({ limit: false, crashes: 0.03, ignoreRedirect: true })).length).toBeGreaterThan(
      0,
    )
  })
})
