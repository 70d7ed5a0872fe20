import { DurableObject } from 'cloudflare:workers'
import { ConfigStore } from '../platform/config-store.ts'
import { sendDestinationLetter } from '../platform/destination-letter.ts'
import { recordDeliveries } from '../platform/destination-record.ts'
import { type Sent, sendTo } from '../platform/destination-send.ts'
import { log } from '../platform/log.ts'
import { patience } from '../platform/patience.ts'
import { LANES, nameParts } from '../platform/stubs.ts'
import { type Allowance, refilled, UNLIMITED } from '../shared/destination/allowance.ts'
import {
  afterFailure,
  afterSuccess,
  type Breaker,
  breakerState,
  CLOSED,
  isGivenUp,
  retryDelay,
} from '../shared/destination/breaker.ts'
import type { DestinationConfig } from '../shared/destination/destination-config.ts'
import { destinationType } from '../shared/destination/index.ts'
import { planLane } from '../shared/destination/lane.ts'
import { MINUTE, SECOND } from '../shared/kernel/instant.ts'
import type { DeliveryLine } from '../shared/pipeline/trace.ts'
import type { Effect } from '../shared/profile/effect.ts'
import { AlarmClock } from './alarm-clock.ts'
import { DeliveryLaneStore } from './delivery-lane-store.ts'
import type { LaneItem, LaneOutcome, LaneStatus } from './lane-item.ts'
import { type Held, LaneMemory } from './lane-memory.ts'
import { type SpillPlace, spillItems, unspillOldest } from './lane-spill.ts'
import { LaneTimer, LOOK_AFTER_MS } from './lane-timer.ts'

/** How long the consumer waits for a peer; then what is not settled is stored, and goes on without it. */
const PATIENCE_MS = 1_500
/** The same, while somebody else's call hangs. */
const SHORT_MS = 150
/** Calls at once: a Worker may have six connections open. */
const MOST_CALLS = 6
/** How long a peer may have all of its lane left alone. */
const MOST_PAUSE_MS = 5 * MINUTE

type Config = DestinationConfig | undefined

/**
 * One lane of one destination: order per person, retries, breaker, rate. It sends at once and writes nothing when that
 * succeeds; what fails is stored, and what comes later for the same person waits behind it. A shell: which items go
 * next, and when, is decided in shared/destination.
 */
export class DeliveryLaneObject extends DurableObject<Env> {
  readonly #store: DeliveryLaneStore
  readonly #memory: LaneMemory
  readonly #spilled: SpillPlace
  readonly #alarm: AlarmClock
  readonly #timer = new LaneTimer(() => this.ctx.waitUntil(this.#pump()))
  readonly #workspace: string
  readonly #destination: string
  #breaker: Breaker = CLOSED
  #pausedUntil = 0
  #calls = 0
  #allowance: Allowance = UNLIMITED
  #late: DeliveryLine[] = []
  #lastError: LaneStatus['lastError'] = null
  #unspilling = false

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#store = new DeliveryLaneStore(ctx.storage.sql)
    this.#memory = new LaneMemory(this.#store)
    this.#alarm = new AlarmClock(ctx.storage)
    const { workspace, rest } = nameParts(ctx.id.name ?? '')
    this.#workspace = workspace
    this.#destination = rest.slice(0, rest.indexOf('/'))
    const folder = `${workspace}/${this.#destination}`
    this.#spilled = { env, storage: ctx.storage, store: this.#store, memory: this.#memory, folder }
    const failed = this.#memory.all().findLast(({ firstFailedAt }) => firstFailedAt !== null)
    if (failed) this.#lastError = { at: failed.firstFailedAt ?? failed.at, reason: failed.reason }
  }

  /**
   * Takes items in their order. When it answers, each is delivered, skipped, buried, or stored. `again`: somebody wants
   * them sent whatever became of them before.
   */
  async deliver(items: readonly LaneItem[], again = false): Promise<LaneOutcome[]> {
    await this.#alarm.load()
    const now = Date.now()
    const spill: LaneItem[] = []
    const answers = items.map((item): Promise<LaneOutcome> | LaneOutcome => {
      if (!again && this.#memory.wasDone(item.key, now)) return { outcome: 'delivered', again: true }
      const known = this.#memory.named(item.key)
      if (known?.stored) return { outcome: 'retrying', again: true }
      // Whoever handed it over before may be gone: it must not be left in memory alone.
      if (known) return new Promise((settle) => known.settlers.push((outcome) => settle({ ...outcome, again: true })))
      if (this.#memory.isFull() || spill.length > 0) {
        spill.push(item)
        return { outcome: 'retrying', reason: 'too much waits: kept in the lake' }
      }
      return new Promise((settle) => this.#memory.take(item, now, settle))
    })
    const all = Promise.all(answers)
    if (spill.length > 0) await spillItems(this.#spilled, spill)
    await this.#pump()
    if (this.#isClosedOff(Date.now())) this.#keep(this.#memory.all(), 'waits: the destination does not answer')
    // While one call hangs, not every batch waits as long again.
    const waited = await patience(this.#isSlow() ? SHORT_MS : PATIENCE_MS, all)
    if (waited.kind !== 'done') this.#keep(this.#memory.all(), 'waits for an answer')
    return all
  }

  async status(): Promise<LaneStatus> {
    const stored = this.#memory.all().filter((held) => held.stored)
    const inLake = this.#store.spilled().reduce((sum, { items }) => sum + items, 0)
    return {
      state: breakerState(this.#breaker, Date.now()),
      probeAt: this.#breaker.probeAt,
      waiting: stored.length + inLake,
      oldestAt: stored[0]?.at ?? null,
      lastError: this.#lastError,
    }
  }

  /** The destination was changed by a person: everything is tried at once, by the version they made. */
  async wake(version: number): Promise<void> {
    await this.#alarm.load()
    await this.#config(version)
    this.#breaker = CLOSED
    this.#pausedUntil = 0
    for (const held of this.#memory.all()) held.dueAt = 0
    await this.#pump()
  }

  /**
   * These people are erased: nothing of them waits here any more but the very word of it, whose key begins with `key`.
   * Answers how much was thrown away.
   */
  async forget(erased: readonly { readonly profile: string; readonly key: string }[]): Promise<number> {
    const keys = new Map(erased.map(({ profile, key }) => [profile, key]))
    const isTheirs = ({ profile, key, underWay }: Held) =>
      keys.has(profile) && !key.startsWith(keys.get(profile) as string) && !underWay
    const theirs = this.#memory.all().filter(isTheirs)
    for (const held of theirs) this.#end(held, { outcome: 'skipped', reason: 'erased' })
    await this.#tellLate()
    return theirs.length
  }

  override async alarm(): Promise<void> {
    await this.#alarm.fired(Date.now())
    await this.#unspill()
    await this.#pump()
    await this.#alarm.rearm(this.#nextWake())
  }

  /** Sends what may be sent now; each answer pumps again. */
  async #pump(): Promise<void> {
    const config = await this.#config(0)
    if (config === 'unreadable') return this.#wakeAt(Date.now() + 5 * SECOND)
    const now = Date.now()
    const limit = config?.rules.rateLimitPerSecond
    this.#allowance = refilled(this.#allowance, limit == null ? null : limit / LANES, now)
    const waiting = this.#memory.all()
    const plan = planLane(waiting, {
      now,
      breaker: this.#breaker,
      pausedUntil: this.#pausedUntil,
      busy: new Set(waiting.filter(({ underWay }) => underWay).map(({ profile }) => profile)),
      underWay: this.#calls,
      most: MOST_CALLS,
      allowed: this.#allowance.left,
      allowedAt: this.#allowance.nextAt,
      perRequest: destinationType(config?.type ?? '')?.most ?? 1,
    })
    for (const group of plan.send) {
      this.#allowance = { ...this.#allowance, left: this.#allowance.left - 1 }
      // The plan was made of these very items.
      const held = group.map(({ seq }) => this.#memory.get(seq) as Held)
      for (const one of held) one.underWay = true
      this.#calls += 1
      this.ctx.waitUntil(this.#send(config, held))
    }
    this.#wakeAt(plan.wakeAt)
  }

  async #send(config: Config, group: readonly Held[]): Promise<void> {
    const results = await this.#sent(config, group)
    this.#calls -= 1
    const now = Date.now()
    // Of one request some may be taken and some not: then the peer is well. A skip says nothing about it.
    if (results.some(({ kind }) => kind === 'delivered' || kind === 'refused')) this.#recover(now)
    else if (results.some((result) => result.kind === 'retry' && !('ours' in result))) {
      this.#breaker = afterFailure(this.#breaker, now)
    }
    for (const [i, held] of group.entries()) {
      held.underWay = false
      const result = results[i]
      if (result && this.#memory.get(held.seq)) await this.#finish(config, held, result, now)
    }
    if (this.#isClosedOff(now)) this.#keep(this.#memory.all(), 'waits: the destination does not answer')
    await this.#unspill()
    await this.#tellLate()
    await this.#pump()
  }

  async #sent(config: Config, group: readonly Held[]): Promise<readonly Sent[]> {
    if (!config?.enabled) {
      const reason = config ? 'destination_disabled' : 'destination_deleted'
      return group.map(() => ({ kind: 'skipped', reason }))
    }
    // Handed over by queues/deliver-effects.ts from effects that were parsed.
    const effects = group.map((held) => JSON.parse(this.#memory.textOf(held)) as Effect)
    return sendTo(this.env, config, effects)
  }

  async #finish(config: Config, held: Held, result: Sent, now: number): Promise<void> {
    if (result.kind === 'delivered') this.#memory.markDone(held.key, now)
    if (result.kind === 'delivered') return this.#end(held, { outcome: 'delivered' })
    if (result.kind === 'skipped') return this.#end(held, { outcome: 'skipped', reason: result.reason })
    const { reason } = result
    this.#lastError = { at: now, reason }
    if (result.kind === 'refused') return this.#bury(config, held, reason, now)
    held.attempts += 1
    held.firstFailedAt ??= now
    held.reason = reason
    if (isGivenUp(held.firstFailedAt, held.at, now)) return this.#bury(config, held, reason, now)
    const { afterMs } = result
    if (afterMs !== undefined) this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.min(afterMs, MOST_PAUSE_MS))
    held.dueAt = now + retryDelay(held.attempts, Math.random(), afterMs)
    if (held.stored) this.#store.failed(held.seq, held.attempts, held.firstFailedAt, held.dueAt, reason)
    this.#keep([held], reason)
    const behind = this.#memory.all().filter(({ profile, seq }) => profile === held.profile && seq > held.seq)
    this.#keep(behind, 'waits behind an earlier one of this person')
  }

  /** The peer is well again: what waited for it goes at once. */
  #recover(now: number): void {
    const wasOpen = this.#breaker.probeAt !== null
    this.#breaker = afterSuccess()
    if (wasOpen) for (const held of this.#memory.all()) held.dueAt = Math.min(held.dueAt, now)
  }

  async #bury(config: Config, held: Held, reason: string, now: number): Promise<void> {
    const [workspace, destination, text] = [this.#workspace, this.#destination, this.#memory.textOf(held)]
    const name = config?.name ?? destination
    try {
      await sendDestinationLetter(this.env, { workspace, destination, name, held, text, reason }, now)
    } catch (fault) {
      log.error('delivery lane: a dead letter was not taken, and comes again', { fault })
      held.dueAt = now + 5 * SECOND
      return this.#keep([held], reason)
    }
    this.#memory.markDone(held.key, now)
    this.#end(held, { outcome: 'dead_letter', reason })
  }

  /** It waits no more. */
  #end(held: Held, outcome: LaneOutcome): void {
    // Whoever handed over what is stored was answered then; what came of it is told now.
    if (held.stored) {
      const { reason, outcome: kind } = outcome
      const { messageId, attempts } = held
      const line = { messageId, destination: this.#destination, outcome: kind, attempts: attempts + 1, at: Date.now() }
      this.#late.push(reason === undefined ? line : { ...line, reason })
    }
    this.#memory.remove(held)
    for (const settle of held.settlers.splice(0)) settle(outcome)
  }

  /** Stores what is not stored yet, and answers for it. */
  #keep(all: readonly Held[], reason: string): void {
    const fresh = this.ctx.storage.transactionSync(() => this.#memory.store(all))
    if (fresh.length === 0) return
    for (const held of fresh) for (const settle of held.settlers.splice(0)) settle({ outcome: 'retrying', reason })
    const failed = fresh.filter(({ attempts }) => attempts > 0).map(({ dueAt }) => dueAt)
    this.#alarm.noLaterThan(Math.min(Date.now() + LOOK_AFTER_MS, ...failed))
  }

  /** A call is under way that a consumer has given up waiting for. */
  #isSlow(): boolean {
    return this.#memory.all().some(({ stored, underWay, attempts }) => stored && underWay && attempts === 0)
  }

  #isClosedOff(now: number): boolean {
    return breakerState(this.#breaker, now) === 'open' || this.#pausedUntil > now
  }

  async #unspill(): Promise<void> {
    if (this.#unspilling) return
    this.#unspilling = true
    try {
      await unspillOldest(this.#spilled)
    } catch (fault) {
      log.error('delivery lane: a batch did not come back from the lake, and is asked for again', { fault })
    } finally {
      this.#unspilling = false
    }
  }

  async #tellLate(): Promise<void> {
    const lines = this.#late.splice(0)
    await recordDeliveries(this.env, this.#workspace, lines).catch((fault: unknown) =>
      log.error('delivery lane: outcomes were not recorded', { fault }),
    )
  }

  #wakeAt(at: number | null): void {
    const isStored = this.#memory.all().some(({ stored }) => stored)
    const inLake = this.#store.spilled().length > 0
    if (isStored || inLake) this.#alarm.noLaterThan((isStored ? at : null) ?? Date.now() + LOOK_AFTER_MS)
    if (at !== null && !isStored) this.#timer.noLaterThan(at)
  }

  #nextWake(): number | null {
    const now = Date.now()
    const stored = this.#memory.all().filter((held) => held.stored)
    if (stored.length === 0) return this.#store.spilled().length > 0 ? now + LOOK_AFTER_MS : null
    const closedUntil = Math.max(this.#pausedUntil, this.#isClosedOff(now) ? (this.#breaker.probeAt ?? 0) : 0)
    const due = Math.min(...stored.map(({ dueAt, underWay }) => (underWay ? now + LOOK_AFTER_MS : dueAt)))
    return Math.max(now + 100, closedUntil, due)
  }

  async #config(atLeastVersion: number): Promise<Config | 'unreadable'> {
    const mine = (all: readonly DestinationConfig[]) => all.find(({ id }) => id === this.#destination)
    const newEnough = (all: readonly DestinationConfig[]) => (mine(all)?.version ?? 0) >= atLeastVersion
    const all = await new ConfigStore(this.env.DB).destinations(this.#workspace, newEnough)
    return all === 'unreadable' ? all : mine(all)
  }
}
