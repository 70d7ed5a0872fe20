import { describe, expect, test } from 'vitest'
import { anEvent } from '../../test/support/builders.ts'
import { MemoryGraph } from '../../test/support/memory-graph.ts'
import { aMemoryProfile, evict, type MemoryProfile, stagingOf } from '../../test/support/memory-profiles.ts'
import { pick, seeded } from '../../test/support/random.ts'
import type { CanonicalId } from '../kernel/id.ts'
import { type ApplyItem, admission, applyItems, type Known } from '../profile/apply.ts'
import { totalOf } from '../profile/counters.ts'
import { Definitions } from '../profile/definitions.ts'
import { eraseProfile } from '../profile/erase.ts'
import { MemoryTimeline } from '../profile/memory-timeline.ts'
import { beginMerge, handOverPage, stagePage, tombstoneOf } from '../profile/merge.ts'
import { PROFILE_LIMITS } from '../profile/profile-limits.ts'
import { confirmRelease, goLivePage, letGoPage } from '../profile/release.ts'
import { sealLoser } from '../profile/seal.ts'
import type { MergeOperation } from './graph.ts'
import type { Identifier } from './identifier.ts'
import { IdentitySettings } from './identity-settings.ts'
import { erase, joinByDecision, planRelease, release } from './join.ts'
import { carryOut, type OperationPort, runnable } from './operations.ts'
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
  /** How many merges a person undoes, and how many pairs they join, at any time. */
  readonly unmerges?: number
  readonly joins?: number
  /** How many people are erased at any time. */
  readonly erasures?: number
  /** Planted faults. */
  readonly ignoreRedirect?: boolean
  readonly ignoreEpoch?: boolean
  readonly ignoreArriving?: boolean
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

async function simulate(seed: number, scenario: Scenario): Promise<string | null> {
  const random = seeded(seed)
  const scheduler = new Scheduler(random)
  const graph = new MemoryGraph()
  const profiles = new Map<CanonicalId, MemoryProfile>()
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
  const at = (id: CanonicalId): MemoryProfile => {
    let profile = profiles.get(id)
    if (!profile) {
      profile = aMemoryProfile(id)
      profiles.set(id, profile)
    }
    evict(profile)
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

  const port: OperationPort<string> = {
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
    letGo: (from, op, cursor) =>
      call(() => {
        const profile = at(from)
        return letGoPage(profile.state, smallPages(profile.timeline), stagingOf(profile), op, cursor)
      }),
    goLive: (to, op, page, index, last) =>
      call(() => {
        const profile = at(to)
        goLivePage(profile.state, profile.timeline, stagingOf(profile), op, page, index, last, PROFILE_LIMITS)
      }),
    confirm: (from, op) =>
      call(() => {
        const profile = at(from)
        confirmRelease(profile.state, stagingOf(profile), op)
      }),
    remove: (id) =>
      call(() => {
        const state = eraseProfile(at(id).state, 1)
        profiles.set(id, { state, timeline: new MemoryTimeline(), staged: new Map() })
      }),
    deleted: async () => {},
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
  /** Which copies of a message somebody was told to be applied. */
  const applied = new Map<string, Set<string>>()
  const consume = async ({ item, ids }: Sent) => {
    const cacheKey = ids.map((id) => id.match).join()
    let useCache = random() < 0.7
    for (let hop = 0; hop < 300; hop++) {
      let answer = useCache ? cache.get(cacheKey) : undefined
      if (!answer) {
        const request = {
          ids: ids.map((id) => ({ key: id.match, type: id.type })),
          mayExceed: false,
          eventAt: item.event.timestamp,
          cause: { kind: 'message', messageId: item.event.messageId, at: 0 } as const,
        }
        const reply = await call(() => resolve(graph, settings, request, mint))
        if (reply.kind === 'busy') continue
        if (reply.kind === 'suppressed') return
        if (!reply.arriving) cache.set(cacheKey, reply)
        answer = reply
      }
      const { profile, leaf, epoch, held, arriving = [] } = answer
      let elsewhere: Known | null = null
      for (const { loser, seq } of scenario.ignoreArriving ? [] : arriving) {
        const asked = { ...item, leaf, identifiers: [] }
        const said = await call(() => {
          const { state, timeline } = at(loser)
          return sealLoser(state, timeline, { winner: profile, seq }, [asked])
        })
        elsewhere ??= said.known[0] as Known | null
      }
      const taken = await call(() => {
        const { state, timeline } = at(profile)
        const known = scenario.ignoreEpoch ? Number.POSITIVE_INFINITY : epoch
        if (!scenario.ignoreRedirect && admission(state, known) !== 'ok') return false
        state.epoch = Math.max(state.epoch, epoch)
        const identifiers = ids.flatMap((id, i) => (held[i] ? [{ ...id, leaf: held[i] as string }] : []))
        const context = {
          now: item.event.receivedAt,
          settings: { windowMs: 0, profileRatePerMinute: 600 },
          definitions,
        }
        return applyItems(
          state,
          timeline,
          [{ ...item, leaf, identifiers, ...(elsewhere ? { elsewhere } : {}) }],
          context,
        ).outcomes[0]
      })
      if (taken) {
        const { messageId } = item.event
        if (taken.kind === 'applied') applied.set(messageId, (applied.get(messageId) ?? new Set()).add(item.copyId))
        return
      }
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
  const person = { kind: 'person', at: 0 } as const
  const roots = () => [...graph.profiles.keys()]
  /** Waits a while, then acts; what cannot be done just then is not done. */
  const interrupt = (act: () => void) =>
    scheduler.start(async () => {
      for (let wait = Math.floor(random() * 120); wait > 0; wait--) await scheduler.turn()
      act()
    })
  for (let i = 0; i < (scenario.unmerges ?? 0); i++) {
    interrupt(() => {
      const standing = graph.operations.filter((op): op is MergeOperation => op.kind === 'merge' && !op.undoneAt)
      if (standing.length === 0) return
      const merge = pick(random, standing)
      const planned = planRelease(graph, graph.rootOf(merge.loser), merge.seq)
      if ('plan' in planned) release(graph, planned.plan, { ...person, at: 1 })
    })
  }
  for (let i = 0; i < (scenario.joins ?? 0); i++) {
    interrupt(() => {
      if (roots().length < 2) return
      const [a, b] = [pick(random, roots()), pick(random, roots())]
      const splitting = graph
        .openOperations()
        .some((op) => op.kind === 'release' && [op.from, op.to].some((x) => x === a || x === b))
      if (!splitting) joinByDecision(graph, settings, a, b, { kind: 'rule', at: 0, probability: 1 })
    })
  }
  for (let i = 0; i < (scenario.erasures ?? 0); i++) {
    interrupt(() => {
      if (roots().length === 0) return
      erase(graph, pick(random, roots()), { id: 'e', at: Number.MAX_SAFE_INTEGER, state: 'open' }, person)
    })
  }
  // Delivered again by the queue, or sent again by the client: another copy.
  const deliveries = sent.flatMap((message) => {
    const again = { ...message, item: { ...message.item, copyId: `${message.item.copyId}'` } }
    const chance = random()
    return chance < 0.4 ? [message, message] : chance < 0.6 ? [message, again] : [message]
  })
  let consuming = 0
  const driving = new Set<number>()
  for (let steps = 0; steps < 100_000; steps++) {
    while (consuming < 4 && deliveries.length > 0) {
      const message = deliveries.shift() as Sent
      consuming += 1
      scheduler.start(() => untilDone(() => consume(message)).finally(() => (consuming -= 1)))
    }
    for (const op of runnable(graph.openOperations())) {
      if (driving.has(op.seq)) continue
      driving.add(op.seq)
      scheduler.start(async () => {
        await untilDone(() => carryOut(op, port))
        graph.finish(op.seq)
      })
    }
    if (fault) return String(fault)
    if (!(await scheduler.step())) {
      if (scheduler.running === 0 && deliveries.length === 0 && graph.openOperations().length === 0) break
      await Promise.resolve()
    }
  }
  if (scheduler.running > 0 || graph.openOperations().length > 0) return 'did not end'
  return check()

  function check(): string | null {
    for (const { item, ids } of sent) {
      const key = `src_test\u0000${item.event.messageId}`
      const homes = [...profiles].filter(([, { timeline }]) => timeline.get(key))
      const anchorLeaf = graph.leafOf(ids[0]?.match as string)
      if (scenario.erasures && (anchorLeaf === undefined || graph.erasure(anchorLeaf))) {
        // Whoever the anchor belongs to was erased: nothing of them may be anywhere.
        if (anchorLeaf !== undefined && homes.length > 0) return 'an event of an erased person'
        continue
      }
      if (scenario.erasures && homes.length === 0) {
        // Dropped while another of its values belonged to somebody erased.
        if (ids.some((id) => graph.erasure(graph.leafOf(id.match) as CanonicalId))) continue
      }
      if (homes.length !== 1) return `an event on ${homes.length} profiles`
      const [home, profile] = homes[0] as [CanonicalId, MemoryProfile]
      if (home !== graph.rootOf(graph.leafOf(ids[0]?.match as string) as CanonicalId))
        return 'an event on the wrong profile'
      if (profile.state.redirect !== null) return 'an event on a tombstone'
    }
    for (const copies of applied.values()) if (copies.size > 1) return 'two copies of a message were applied'
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
      if (state.erasedAt !== undefined && (timeline.size() > 0 || Object.keys(state.leaves).length > 0))
        return 'something left of an erased person'
      const root = graph.profiles.get(id)
      const strange = Object.keys(state.leaves).find((leaf) => root && !(leaf in root.leaves))
      if (strange) return 'a leaf of somebody else'
    }
    const decided = scenario.unmerges || scenario.joins || scenario.erasures
    return scenario.limit || decided ? null : checkPartition()
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
  small.remove = (keys) => timeline.remove(keys)
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

  test('with people undoing merges nothing is lost, doubled or misplaced', async () => {
    expect(await violations({ limit: false, crashes: 0.03, unmerges: 2 })).toEqual({})
    expect(await violations({ limit: true, crashes: 0.03, unmerges: 3, shared: 2 })).toEqual({})
  })

  test('with merges undone and pairs joined again, under many crashes, it still ends in the same place', async () => {
    expect(await violations({ limit: true, crashes: 0.08, unmerges: 3, joins: 2 })).toEqual({})
  })

  test('an erased person stays erased, whatever is on its way', async () => {
    expect(await violations({ limit: false, crashes: 0.03, erasures: 2 })).toEqual({})
    expect(await violations({ limit: true, crashes: 0.05, unmerges: 2, erasures: 2, joins: 1 })).toEqual({})
  })

  test('the simulation finds the fault when a profile takes callers with an old epoch', async () => {
    const found = await violations({ limit: true, crashes: 0.03, unmerges: 3, ignoreEpoch: true })
    expect(Object.keys(found).length).toBeGreaterThan(0)
  })

  test('the simulation finds the fault when a winner does not ask who is on the way to it', async () => {
    const found = await violations({ limit: false, crashes: 0.03, ignoreArriving: true })
    expect(Object.keys(found)).toEqual(['two copies of a message were applied'])
  })

  test('the simulation finds the fault when a tombstone takes events', async () => {
    expect(Object.keys(await violations({ limit: false, crashes: 0.03, ignoreRedirect: true })).length).toBeGreaterThan(
      0,
    )
  })
})
