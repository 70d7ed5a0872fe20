import { DurableObject } from 'cloudflare:workers'
import { ConfigStore } from '../platform/config-store.ts'
import { recordDeliveries } from '../platform/destination-record.ts'
import { type Sent, sendTo } from '../platform/destination-send.ts'
import { patience } from '../platform/patience.ts'
import { sendAll } from '../platform/queue-packing.ts'
import { LANES, nameParts } from '../platform/stubs.ts'
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
import { planLane, type Waiting } from '../shared/destination/lane.ts'
import { RecentKeys } from '../shared/destination/recent-keys.ts'
import { HOUR, SECOND } from '../shared/kernel/instant.ts'
import type { DeadLetter } from '../shared/message/dead-letter.ts'
import type { DeliveryLine, DeliveryOutcome } from '../shared/pipeline/trace.ts'
import type { Effect } from '../shared/profile/effect.ts'
import { AlarmClock } from './alarm-clock.ts'
import { DeliveryLaneStore } from './delivery-lane-store.ts'

/** One effect for this destination, as the consumer of the EFFECTS queue hands it over. */
export interface LaneItem {
  readonly key: string
  readonly messageId: string
  readonly profile: string
  /** Epoch milliseconds. */
  readonly at: number
  /** The effect as JSON. */
  readonly text: string
}

/** What became of an item by the time the lane answered; `again`: it had been taken before. */
export interface LaneOutcome {
  readonly outcome: DeliveryOutcome
  readonly reason?: string
  readonly again?: true
}

export interface LaneStatus {
  readonly state: 'closed' | 'open' | 'half_open'
  /** Epoch ms; null while it is closed. */
  readonly probeAt: number | null
  readonly waiting: number
  /** Acceptance of the oldest that waits, epoch ms. */
  readonly oldestAt: number | null
  readonly lastError: { readonly at: number; readonly reason: string } | null
}

/** Something that waits or is under way. Its text is in memory until it is stored. */
interface Held extends Waiting {
  dueAt: number
  attempts: number
  readonly at: number
  readonly messageId: string
  readonly size: number
  firstFailedAt: number | null
  reason: string
  stored: boolean
  text: string | undefined
  underWay: boolean
  /** Answers the consumer that waits for it; called once. */
  readonly settle: (outcome: LaneOutcome) => void
}

/** How long the consumer waits for a peer; then what is not settled is stored, and goes on without it. */
const PATIENCE_MS = 1_500
/** The same, while somebody else's call hangs. */
const SHORT_MS = 150
/** Calls at once: a Worker may have six connections open. */
const MOST_CALLS = 6
/** What a lane keeps itself; beyond, whole batches go to R2, and come back when there is room. */
const MOST_STORED = 2_000
const MOST_STORED_CHARS = 24_000_000
/** While something is under way that is stored: when to look after it should the object be evicted. */
const LOOK_AFTER_MS = 20 * SECOND

/**
 * One lane of one destination: order per person, retries, breaker, rate. It sends at once and writes nothing when that
 * succeeds; what fails is stored, and what comes later for the same person waits behind it. A shell: which items go
 * next, and when, is decided in shared/destination.
 */
export class DeliveryLaneObject extends DurableObject<Env> {
  readonly #store: DeliveryLaneStore
  readonly #alarm: AlarmClock
  readonly #workspace: string
  readonly #destination: string
  /** In the order of arrival. */
  readonly #held = new Map<number, Held>()
  readonly #byKey = new Map<string, Held>()
  readonly #done = new RecentKeys(20_000, HOUR)
  #seq = 1
  #chars = 0
  #breaker: Breaker = CLOSED
  #pausedUntil = 0
  #calls = 0
  #allowance = { left: Number.POSITIVE_INFINITY, at: 0 }
  #late: DeliveryLine[] = []
  #lastError: LaneStatus['lastError'] = null
  #timer: { readonly at: number; readonly id: ReturnType<typeof setTimeout> } | undefined
  #unspilling = false

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#store = new DeliveryLaneStore(ctx.storage.sql)
    this.#alarm = new AlarmClock(ctx.storage)
    const { workspace, rest } = nameParts(ctx.id.name ?? '')
    this.#workspace = workspace
    this.#destination = rest.slice(0, rest.indexOf('/'))
    for (const { size, ...row } of this.#store.items()) {
      this.#hold({ ...row, size, stored: true, text: undefined, underWay: false, settle: () => {} })
      this.#seq = row.seq + 1
      if (row.reason !== '') this.#lastError = { at: row.firstFailedAt ?? row.at, reason: row.reason }
    }
    for (const { seq, items } of this.#store.spilled()) this.#seq = Math.max(this.#seq, seq + items)
  }

  /** Takes items in their order. When it answers, each is delivered, skipped, buried, or stored. */
  async deliver(items: readonly LaneItem[]): Promise<LaneOutcome[]> {
    await this.#alarm.load()
    const now = Date.now()
    const spill: LaneItem[] = []
    const mine: Held[] = []
    const answers = items.map((item): Promise<LaneOutcome> | LaneOutcome => {
      if (this.#done.has(item.key, now)) return { outcome: 'delivered', again: true }
      if (this.#byKey.has(item.key)) return { outcome: 'retrying', again: true }
      if (this.#isFull()) {
        spill.push(item)
        return { outcome: 'retrying', reason: 'too much waits: kept in the lake' }
      }
      return new Promise((settle) => mine.push(this.#take(item, now, settle)))
    })
    const all = Promise.all(answers)
    if (mine.length > 0) {
      await this.#pump()
      if (this.#isOpen(Date.now())) this.#keepAll('waits: the destination does not answer')
      // While one call hangs, not every batch waits as long again.
      if ((await patience(this.#isSlow() ? SHORT_MS : PATIENCE_MS, all)).kind !== 'done')
        this.#keepAll('waits for an answer')
    }
    if (spill.length > 0) await this.#spill(spill)
    return all
  }

  async status(): Promise<LaneStatus> {
    const now = Date.now()
    const stored = [...this.#held.values()].filter((held) => held.stored)
    const spilled = this.#store.spilled().reduce((sum, { items }) => sum + items, 0)
    return {
      state: breakerState(this.#breaker, now),
      probeAt: this.#breaker.probeAt,
      waiting: stored.length + spilled,
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
    for (const held of this.#held.values()) held.dueAt = 0
    await this.#pump()
  }

  /** The person is erased: nothing of them waits here any more. */
  async forget(profile: string): Promise<void> {
    for (const held of [...this.#held.values()])
      if (held.profile === profile && !held.underWay) this.#end(held, { outcome: 'skipped', reason: 'erased' })
    await this.#tellLate()
  }

  override async alarm(): Promise<void> {
    await this.#alarm.fired(Date.now())
    await this.#unspill()
    await this.#pump()
    await this.#alarm.rearm(this.#nextWake())
  }

  #hold(held: Held): Held {
    this.#held.set(held.seq, held)
    this.#byKey.set(held.key, held)
    if (held.stored) this.#chars += held.size
    return held
  }

  #take({ key, messageId, profile, at, text }: LaneItem, now: number, settle: Held['settle']): Held {
    const seq = this.#seq++
    const fresh = { attempts: 0, firstFailedAt: null, reason: '', stored: false, underWay: false }
    return this.#hold({ seq, key, messageId, profile, at, text, size: text.length, dueAt: now, ...fresh, settle })
  }

  /** Sends what may be sent now; each answer pumps again. */
  async #pump(): Promise<void> {
    const config = await this.#config(0)
    if (config === 'unreadable') return this.#wakeAt(Date.now() + 5 * SECOND)
    const perRequest = destinationType(config?.type ?? '')?.most ?? 1
    const now = Date.now()
    const perSecond = this.#refill(config, now)
    const waiting = [...this.#held.values()]
    const plan = planLane(waiting, {
      now,
      breaker: this.#breaker,
      pausedUntil: this.#pausedUntil,
      busy: new Set(waiting.filter(({ underWay }) => underWay).map(({ profile }) => profile)),
      underWay: this.#calls,
      most: MOST_CALLS,
      allowed: this.#allowance.left,
      allowedAt: now + Math.ceil(1_000 / perSecond),
      perRequest,
    })
    for (const group of plan.send) {
      this.#allowance.left -= 1
      const held = group.map(({ seq }) => this.#held.get(seq) as Held)
      for (const one of held) one.underWay = true
      this.#calls += 1
      this.ctx.waitUntil(this.#send(config, held))
    }
    this.#wakeAt(plan.wakeAt)
  }

  async #send(config: DestinationConfig | undefined, group: readonly Held[]): Promise<void> {
    const results = await this.#sent(config, group)
    this.#calls -= 1
    for (const one of group) one.underWay = false
    const now = Date.now()
    // Of one request some may be taken and some not: then the peer is well. A skip says nothing about it.
    if (results.some(({ kind }) => kind === 'delivered' || kind === 'refused')) this.#recover(now)
    else if (results.some((result) => result.kind === 'retry' && !('ours' in result))) {
      this.#breaker = afterFailure(this.#breaker, now)
    }
    for (const [i, held] of group.entries()) {
      const result = results[i]
      if (result && this.#held.has(held.seq)) await this.#finish(config, held, result, now)
    }
    if (this.#isOpen(now)) this.#keepAll('waits: the destination does not answer')
    if (this.#held.size === 0) await this.#unspill()
    await this.#tellLate()
    await this.#pump()
  }

  async #sent(config: DestinationConfig | undefined, group: readonly Held[]): Promise<readonly Sent[]> {
    if (!config?.enabled) {
      const reason = config ? 'destination_disabled' : 'destination_deleted'
      return group.map(() => ({ kind: 'skipped', reason }))
    }
    // Written by queues/deliver-effects.ts from an effect that was parsed.
    const effects = group.map(({ text, seq }) => JSON.parse(text ?? this.#store.text(seq) ?? 'null') as Effect)
    return sendTo(this.env, config, effects)
  }

  async #finish(config: DestinationConfig | undefined, held: Held, result: Sent, now: number): Promise<void> {
    switch (result.kind) {
      case 'delivered':
        this.#done.add(held.key, now)
        return this.#end(held, { outcome: 'delivered' })
      case 'skipped':
        return this.#end(held, { outcome: 'skipped', reason: result.reason })
      case 'refused':
        this.#lastError = { at: now, reason: result.reason }
        return this.#bury(config, held, result.reason, now)
      case 'retry': {
        this.#lastError = { at: now, reason: result.reason }
        held.attempts += 1
        held.firstFailedAt ??= now
        held.reason = result.reason
        if (isGivenUp(held.firstFailedAt, held.at, now)) return this.#bury(config, held, result.reason, now)
        if (result.afterMs !== undefined)
          this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.min(result.afterMs, 300_000))
        held.dueAt = now + retryDelay(held.attempts, Math.random(), result.afterMs)
        if (held.stored) this.#store.failed(held.seq, held.attempts, held.firstFailedAt, held.dueAt, held.reason)
        this.#keep([held], result.reason)
        const behind = [...this.#held.values()].filter(({ profile, seq }) => profile === held.profile && seq > held.seq)
        this.#keep(behind, 'waits behind an earlier one of this person')
      }
    }
  }

  /** The peer is well again: what waited for it goes at once. */
  #recover(now: number): void {
    const wasOpen = this.#breaker.probeAt !== null
    this.#breaker = afterSuccess()
    if (wasOpen) for (const held of this.#held.values()) held.dueAt = Math.min(held.dueAt, now)
  }

  async #bury(config: DestinationConfig | undefined, held: Held, reason: string, now: number): Promise<void> {
    const { messageId, attempts, at, key, seq } = held
    const text = held.text ?? this.#store.text(seq) ?? 'null'
    const letter: DeadLetter = {
      v: 1,
      id: `${this.#destination}:${key}`,
      workspace: this.#workspace,
      messageId,
      stage: 'destination',
      reason: `${config?.name ?? this.#destination}: ${reason}`,
      attempts: attempts + 1,
      at,
      body: `{"destination":${JSON.stringify(this.#destination)},"effect":${text}}`,
    }
    try {
      await sendAll(this.env.DEAD_LETTERS, [JSON.stringify(letter)])
    } catch (fault) {
      console.error('delivery lane: a dead letter was not taken, and comes again', fault)
      held.dueAt = now + 5 * SECOND
      return this.#keep([held], reason)
    }
    this.#done.add(key, now)
    this.#end(held, { outcome: 'dead_letter', reason })
  }

  /** It waits no more. */
  #end(held: Held, outcome: LaneOutcome): void {
    this.#held.delete(held.seq)
    this.#byKey.delete(held.key)
    if (held.stored) {
      this.#chars -= held.size
      this.#store.remove(held.seq)
      // Whoever handed it over was answered when it was stored; what came of it is told now.
      const { reason, outcome: kind } = outcome
      const line = {
        messageId: held.messageId,
        destination: this.#destination,
        outcome: kind,
        attempts: held.attempts + 1,
      }
      this.#late.push({ ...line, at: Date.now(), ...(reason === undefined ? {} : { reason }) })
    }
    held.settle(outcome)
  }

  #keepAll(reason: string): void {
    this.#keep([...this.#held.values()], reason)
  }

  /** Stores what is not stored yet, and answers for it. */
  #keep(all: readonly Held[], reason: string): void {
    const fresh = all.filter(({ stored }) => !stored)
    if (fresh.length === 0) return
    this.ctx.storage.transactionSync(() => {
      for (const held of fresh) this.#store.put({ ...held, text: held.text ?? '' })
    })
    for (const held of fresh) {
      held.stored = true
      held.text = undefined
      this.#chars += held.size
      held.settle({ outcome: 'retrying', reason })
    }
    this.#alarm.noLaterThan(
      Math.min(Date.now() + LOOK_AFTER_MS, ...fresh.filter((one) => one.attempts > 0).map(({ dueAt }) => dueAt)),
    )
  }

  #isFull(): boolean {
    if (this.#store.spilled().length > 0) return true
    return this.#held.size >= MOST_STORED || this.#chars >= MOST_STORED_CHARS
  }

  /** A call is under way that a consumer has given up waiting for. */
  #isSlow(): boolean {
    return [...this.#held.values()].some(({ stored, underWay, attempts }) => stored && underWay && attempts === 0)
  }

  #isOpen(now: number): boolean {
    return breakerState(this.#breaker, now) === 'open' || this.#pausedUntil > now
  }

  async #spill(items: readonly LaneItem[]): Promise<void> {
    const seq = this.#seq
    this.#seq += items.length
    const name = `lanes/${this.#workspace}/${this.#destination}/${crypto.randomUUID()}.json`
    await this.env.LAKE.put(name, JSON.stringify(items))
    this.#store.putSpilled({ seq, name, items: items.length })
    this.#alarm.noLaterThan(Date.now() + LOOK_AFTER_MS)
  }

  /** Brings the oldest batch back from R2 when most of what was stored is gone. */
  async #unspill(): Promise<void> {
    const [oldest] = this.#store.spilled()
    if (!oldest || this.#unspilling || this.#held.size > MOST_STORED / 4) return
    this.#unspilling = true
    try {
      const object = await this.env.LAKE.get(oldest.name)
      const items = object ? (JSON.parse(await object.text()) as LaneItem[]) : []
      const now = Date.now()
      this.ctx.storage.transactionSync(() => {
        for (const [i, { text, ...item }] of items.entries()) {
          if (this.#done.has(item.key, now) || this.#byKey.has(item.key)) continue
          const fresh = { attempts: 0, firstFailedAt: null, dueAt: now, reason: '', seq: oldest.seq + i }
          this.#store.put({ ...item, ...fresh, text })
          this.#hold({
            ...item,
            ...fresh,
            size: text.length,
            stored: true,
            text: undefined,
            underWay: false,
            settle: () => {},
          })
        }
        this.#store.removeSpilled(oldest.seq)
      })
      await this.env.LAKE.delete(oldest.name)
    } finally {
      this.#unspilling = false
    }
  }

  async #tellLate(): Promise<void> {
    const lines = this.#late.splice(0)
    if (lines.length === 0) return
    await recordDeliveries(this.env, this.#workspace, lines).catch((fault: unknown) =>
      console.error('delivery lane: outcomes were not recorded', fault),
    )
  }

  /** Requests of this lane's share that the rate limit allows a second. */
  #refill(config: DestinationConfig | undefined, now: number): number {
    const limit = config?.rules.rateLimitPerSecond
    const perSecond = limit == null ? Number.POSITIVE_INFINITY : limit / LANES
    const passed = Math.max(0, now - this.#allowance.at)
    const left = Math.min(Math.max(1, perSecond), this.#allowance.left + (passed * perSecond) / 1_000)
    this.#allowance = { left: Number.isNaN(left) ? Number.POSITIVE_INFINITY : left, at: now }
    return perSecond
  }

  /** By a timer, because an alarm is a written row; by the alarm too when something is stored. */
  #wakeAt(at: number | null): void {
    const isStored = [...this.#held.values()].some(({ stored }) => stored)
    const later = isStored || this.#store.spilled().length > 0 ? Date.now() + LOOK_AFTER_MS : null
    if (isStored && at !== null) this.#alarm.noLaterThan(at)
    else this.#alarm.noLaterThan(later)
    if (at === null || isStored || (this.#timer && this.#timer.at <= at)) return
    clearTimeout(this.#timer?.id)
    const id = setTimeout(
      () => {
        this.#timer = undefined
        this.ctx.waitUntil(this.#pump())
      },
      Math.max(0, at - Date.now()),
    )
    this.#timer = { at, id }
  }

  #nextWake(): number | null {
    const now = Date.now()
    const stored = [...this.#held.values()].filter(({ stored }) => stored)
    if (stored.length === 0) return this.#store.spilled().length > 0 ? now + LOOK_AFTER_MS : null
    const closedUntil = Math.max(this.#pausedUntil, this.#isOpen(now) ? (this.#breaker.probeAt ?? 0) : 0)
    const due = Math.min(...stored.map(({ dueAt, underWay }) => (underWay ? now + LOOK_AFTER_MS : dueAt)))
    return Math.max(now + 100, closedUntil, due)
  }

  async #config(atLeastVersion: number): Promise<DestinationConfig | undefined | 'unreadable'> {
    const mine = (all: readonly DestinationConfig[]) => all.find(({ id }) => id === this.#destination)
    const newEnough = (all: readonly DestinationConfig[]) => (mine(all)?.version ?? 0) >= atLeastVersion
    const all = await new ConfigStore(this.env.DB).destinations(this.#workspace, newEnough)
    return all === 'unreadable' ? all : mine(all)
  }
}
